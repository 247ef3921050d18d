import { UsageError } from '../core/errors.ts';
import { titleOf, type Fault } from './fault.ts';

/**
 * For `.ci/run`: of the faults that need an engine those that stand for the rest, in about six minutes on two cores.
 * Every layer of the clean-up is needed once (the run itself, its watchdog, the sweep of the next run), and so is every
 * way to an honest verdict (none, the second attempt, the first in spite of a neighbour). Faults that need nothing take
 * seconds and are all in it.
 */
const CI: readonly string[] = [
  'F02 SIGKILL 1 of 20',
  'F02 SIGKILL 2 of 20',
  'F02 SIGKILL 3 of 20',
  'F06 run and watchdog killed while the cluster is being made: the next start removes what they left',
  'F05 SIGTERM while a pod is asked',
  'F39 the pods crash again and again',
  'F13 every connection to the API server is cut while a pod is asked',
  'F14 the kubelet restarts while a pod is asked',
  'F26 two runs at once',
  'F28 records of clusters that are dead, damaged, and from the future',
];

/** What `--subset` knows, and the titles in it. Titles of kills go on with the moment, so a beginning is enough. */
export const SUBSETS: Readonly<Record<string, readonly string[]>> = { ci: CI };

/**
 * Whether a fault belongs to a subset.
 *
 * @throws UsageError UNKNOWN_SUBSET
 * @example FAULTS.filter((fault) => inSubset(fault, 'ci'))
 */
export function inSubset(fault: Fault, name: string): boolean {
  const titles = SUBSETS[name];
  if (titles === undefined)
    throw new UsageError('UNKNOWN_SUBSET', `There is no subset ${name}.`, {
      hint: `There are: ${Object.keys(SUBSETS).join(', ')}.`,
    });
  const { needs = 'nothing' } = fault;
  return needs === 'nothing' || titles.some((title) => stands(title, titleOf(fault)));
}

/** @example stands('F02 SIGKILL 1 of 20', 'F02 SIGKILL 1 of 20, seed 1, after 19.2 % of a run') // true */
export function stands(title: string, whole: string): boolean {
  return whole === title || whole.startsWith(`${title},`);
}
