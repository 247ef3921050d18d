import { Deadline } from '../core/deadline.ts';
import { describeError } from '../core/errors.ts';
import type { Progress } from '../core/progress.ts';
import { sweep, type SweepSource } from '../lifetime/sweep.ts';

const SWEEP_MS = 180_000;

/** What dead runs left is removed before anything new is made; a failure there does not stop this run. */
export async function sweepDead(
  clusters: SweepSource,
  { progress, deadline }: { readonly progress: Progress; readonly deadline: Deadline },
): Promise<void> {
  const leased = await clusters.list();
  if (!leased.some(({ owner, kept }) => owner === 'dead' && !kept)) return;
  const step = progress.step('left behind');
  const { removed, failures } = await sweep(clusters, {
    deadline: Deadline.in(SWEEP_MS, 'the sweep', deadline.signal),
  });
  if (failures.length === 0) step.done(`${removed.join(', ')} of a dead run removed`);
  else {
    const told = failures.map(({ name, error }) => `${name} (${describeError(error)})`);
    step.fail(`could not be removed: ${told.join(', ')}; \`npm run clean\` tries again`);
  }
}
