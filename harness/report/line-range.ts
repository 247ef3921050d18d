/** @example lineRange([39, 64]) // 'lines 39–64' */
export function lineRange([first, last]: readonly [number, number]): string {
  return first === last ? `line ${String(first)}` : `lines ${String(first)}–${String(last)}`;
}
