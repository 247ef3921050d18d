/** Versions that our flags, our parsers and our base image are written for: from the first up to, not including, the last. */
const TESTED = { from: [1, 38], before: [1, 39] } as const;

export const TESTED_RANGE = `>= ${TESTED.from.join('.')} < ${TESTED.before.join('.')}`;

/**
 * Reads the answer of `minikube version --output=json`.
 *
 * @example parseVersion('{"commit":"eb25dbc","minikubeVersion":"v1.38.1"}') // '1.38.1'
 * @returns undefined for anything that is not minikube's answer
 */
export function parseVersion(text: string): string | undefined {
  const found = /"minikubeVersion":\s*"v(\d+\.\d+\.\d+[^"]*)"/.exec(text);
  return found?.[1];
}

export function isTested(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const at = (of: readonly [number, number]): number => of[0] * 1000 + of[1];
  const found = at([major, minor]);
  return found >= at(TESTED.from) && found < at(TESTED.before);
}
