/**
 * A text without what differs between any two clusters, whatever they run: names of clusters, addresses, numbers of
 * processes and namespaces, counts of what happens to run. What is left differs for a reason.
 *
 * @example lasting('pod IP 172.17.0.3 = host IP 172.17.0.3, hostname podproof-6edde8-worker')
 *   // 'pod IP <address> = host IP <address>, hostname <cluster>-worker'
 */
export function lasting(text: string): string {
  return VARYING.reduce((left, [pattern, word]) => left.replace(pattern, word), text);
}

/** In this order. Short numbers stay where they may be an answer: an exit code, a status, a user. */
const VARYING: readonly (readonly [RegExp, string])[] = [
  [/\bpodproof-[0-9a-f]{6}\b/g, '<cluster>'],
  [/\b(?:\d{1,3}\.){3}\d{1,3}\b/g, '<address>'],
  [/\bveth[0-9a-z]+(?:\s+veth[0-9a-z]+)*/g, '<veth>'],
  [/\b[0-9a-f]{12,}\b/g, '<id>'],
  // The alphabet of Kubernetes for names that it makes up.
  [/-[0-9bcdf-hj-np-tv-xz]{8,10}\b/g, '-<hash>'],
  [/\b\d{4,}\b/g, '<number>'],
  [/\(\d+\)|\b\d+(?= ×| of the node’s| processes)|(?<= of the node’s )\d+/g, '<count>'],
];
