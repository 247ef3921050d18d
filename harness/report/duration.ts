/**
 * Milliseconds for people, in the unit they would use.
 *
 * @example formatMs(3412) // '3.4 s'
 * @example formatMs(125_000) // '2 min 05 s'
 */
export function formatMs(ms: number): string {
  if (ms < 99_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${String(Math.floor(seconds / 60))} min ${String(seconds % 60).padStart(2, '0')} s`;
}
