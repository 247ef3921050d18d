import type { Lane } from './stage.ts';

/** How many pieces of work of one kind may run at the same time. */
export type LaneWidths = Readonly<Record<Lane, number>>;

/** Runs work in the order of the calls, never more at once in a lane than its width. */
export type InLane = <T>(lane: Lane, work: () => Promise<T>) => Promise<T>;

/** @example const inLane = lanes({ cpu: 1, network: 2 }); await inLane('cpu', compile) */
export function lanes(widths: LaneWidths): InLane {
  const free: Record<Lane, number> = { ...widths };
  const waiting: Record<Lane, (() => void)[]> = { network: [], cpu: [] };
  return async (lane, work) => {
    if (free[lane] > 0) free[lane] -= 1;
    else {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      waiting[lane].push(() => {
        resolve(undefined);
      });
      await promise;
    }
    try {
      return await work();
    } finally {
      const next = waiting[lane].shift();
      if (next === undefined) free[lane] += 1;
      else next();
    }
  };
}
