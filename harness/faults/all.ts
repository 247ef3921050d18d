import { CLUSTER_FAULTS } from './cluster-faults.ts';
import { ENDPOINT_FAULTS } from './endpoint-faults.ts';
import { titleOf, type Fault } from './fault.ts';
import { IMAGE_FAULTS } from './image-faults.ts';
import { JUDGE_FAULTS } from './judge-faults.ts';
import { killFaults } from './kill-faults.ts';
import { KUBECONFIG_FAULTS } from './kubeconfig-faults.ts';
import { LAPTOP_FAULTS } from './laptop-faults.ts';
import { MACHINE_FAULTS } from './machine-faults.ts';
import { MALFORMED_FAULTS } from './malformed-faults.ts';
import { NEIGHBOUR_FAULTS } from './neighbour-faults.ts';
import { NODE_FAULTS } from './node-faults.ts';
import { POD_FAULTS } from './pod-faults.ts';
import { PROGRAM_FAULTS } from './program-faults.ts';
import { SIGNAL_FAULTS } from './signal-faults.ts';
import { TRUTH_FAULTS } from './truth-faults.ts';
import { WIRE_FAULTS } from './wire-faults.ts';

/** Every fault there is. A new one is an entry in one of these lists, or a list of its own. */
export const FAULTS: readonly Fault[] = [
  ...MALFORMED_FAULTS,
  ...ENDPOINT_FAULTS,
  ...PROGRAM_FAULTS,
  ...KUBECONFIG_FAULTS,
  ...TRUTH_FAULTS,
  ...JUDGE_FAULTS,
  ...killFaults(1, 20),
  ...SIGNAL_FAULTS,
  ...POD_FAULTS,
  ...CLUSTER_FAULTS,
  ...WIRE_FAULTS,
  ...NODE_FAULTS,
  ...NEIGHBOUR_FAULTS,
  ...LAPTOP_FAULTS,
  ...IMAGE_FAULTS,
  ...MACHINE_FAULTS,
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
