import { UsageError } from '../core/errors.ts';
import { titleOf, type Fault } from './fault.ts';

/**
 * Of the faults that need an engine, those that stand for the rest where time is short; the others need seconds
 * together and are all planted. Chosen so that every layer of the clean-up is needed once: the run itself, its
 * watchdog, the sweep of the next run.
 */
const CI: ReadonlySet<string> = new Set([
  'F02 SIGKILL 1 of 20',
  'F02 SIGKILL 2 of 20',
  'F02 SIGKILL 3 of 20',
  'F06 run and watchdog killed while the cluster is being made: the next start removes what they left',
  'F05 SIGTERM while a pod is asked',
  'F39 the pods crash again and again',
  'F14 the kubelet restarts while a pod is asked',
  'F28 records of clusters that are dead, damaged, and from the future',
  'F26 two runs at once',
]);

const SUBSETS: Readonly<Record<string, ReadonlySet<string>>> = { ci: CI };

/** Whether a fault belongs to a subset. @throws UsageError when there is no such subset */
export function inSubset(fault: Fault, name: string): boolean {
  const subset = SUBSETS[name];
  if (subset === undefined)
    throw new UsageError('UNKNOWN_SUBSET', `There is no subset ${name}.`, {
      hint: `There are: ${Object.keys(SUBSETS).join(', ')}.`,
    });
  if ((fault.needs ?? 'nothing') === 'nothing') return true;
  // The titles of kills go on with the moment.
  const title = titleOf(fault).split(',')[0] ?? '';
  return subset.has(title) || subset.has(titleOf(fault));
}
