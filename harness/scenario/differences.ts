/**
 * The paths of all leaves that two objects do not have in common, `spec.hostNetwork` or
 * `spec.containers.0.ports.0.hostPort`, sorted.
 */
export function leafDifferences(a: unknown, b: unknown): readonly string[] {
  const left = leaves(a);
  const right = leaves(b);
  return [...new Set([...left.keys(), ...right.keys()])]
    .filter((path) => left.get(path) !== right.get(path))
    .sort();
}

function leaves(value: unknown, path = '', found = new Map<string, string>()): Map<string, string> {
  if (typeof value === 'object' && value !== null && Object.keys(value).length > 0) {
    for (const [key, child] of Object.entries(value))
      leaves(child, path === '' ? key : `${path}.${key}`, found);
  } else {
    found.set(path, JSON.stringify(value) ?? 'undefined');
  }
  return found;
}
