/** A short run on the kept cluster. Its six claims are judged by podproof alone, which saves the start of Jest. */
export const PLAIN = ['run', 'run-as-guest', '--nodes', '1', '--keep', '--no-jest'] as const;

/** The same on a cluster of its own. */
export const FRESH = ['run', 'run-as-guest', '--nodes', '1', '--fresh', '--no-jest'] as const;

/** What faults on the kept cluster have in common. */
export const shared = { needs: 'kind', cleanMs: 20_000, nextRun: false, withinMs: 90_000 } as const;

/** What those have in common that a run must not even feel. */
export const green = { ...shared, exit: 0, tells: ['6 hold'] } as const;
