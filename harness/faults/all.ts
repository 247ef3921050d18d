import { ATTACHED_FAULTS } from './attached-faults.ts';
import { ENDPOINT_FAULTS } from './endpoint-faults.ts';
import { titleOf, type Fault } from './fault.ts';
import { JUDGE_FAULTS } from './judge-faults.ts';
import { killFaults } from './kill-faults.ts';
import { KUBECONFIG_FAULTS } from './kubeconfig-faults.ts';
import { MALFORMED_FAULTS } from './malformed-faults.ts';
import { PROGRAM_FAULTS } from './program-faults.ts';
import { TRUTH_FAULTS } from './truth-faults.ts';
import { FAULTS_WITH_CLUSTER } from './with-cluster.ts';

/** Every fault there is. A new one is an entry in one of these lists, or a list of its own. */
export const FAULTS: readonly Fault[] = [
  ...MALFORMED_FAULTS,
  ...ENDPOINT_FAULTS,
  ...PROGRAM_FAULTS,
  ...KUBECONFIG_FAULTS,
  ...ATTACHED_FAULTS,
  ...TRUTH_FAULTS,
  ...JUDGE_FAULTS,
  ...killFaults(1, 20),
  ...FAULTS_WITH_CLUSTER,
];

/** The same list with other moments at which F02 kills. */
export function withKills(seed: number, times: number): readonly Fault[] {
  return [...FAULTS.filter(({ id }) => id !== 'F02'), ...killFaults(seed, times)];
}

/**
 * The faults whose id or description contains one of the words; all when there are none.
 *
 * @example select(FAULTS, ['F48']) // all variants of F48
 */
export function select(faults: readonly Fault[], words: readonly string[]): readonly Fault[] {
  return words.length === 0
    ? faults
    : faults.filter((fault) => words.some((word) => titleOf(fault).includes(word)));
}

/** Those that are faults on this machine. */
export async function applicable(faults: readonly Fault[]): Promise<readonly Fault[]> {
  const isHere = await Promise.all(faults.map(async ({ appliesHere }) => (await appliesHere?.()) ?? true));
  return faults.filter((_, index) => isHere[index] === true);
}
