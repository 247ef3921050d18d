/** Numbers that look random and are the same for the same seed, so that every finding can be repeated. */
export interface Random {
  /** A whole number from 0 up to, not including, `below`. */
  below(below: number): number;
  pick<T>(from: readonly [T, ...T[]]): T;
  /** True once in `outOf` times. */
  chance(outOf: number): boolean;
}

/** mulberry32: small, fast, and good enough to choose mistakes. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    pick: (from) => from[below(from.length)] ?? from[0],
    chance: (outOf) => below(outOf) === 0,
  };
}
