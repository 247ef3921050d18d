import { createHash } from 'node:crypto';

/**
 * Names a set of inputs: equal inputs give the same text, whatever their order.
 *
 * @example fingerprint({ nodes: '3', image: 'podproof-node:v1.37.2-3f2a91' }) // '5b1e0c7a9d3f4e21'
 */
export function fingerprint(inputs: Readonly<Record<string, string>>): string {
  const sorted = Object.entries(inputs).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16);
}
