import { CLUSTER_FAULTS } from './cluster-faults.ts';
import type { Fault } from './fault.ts';
import { IMAGE_FAULTS } from './image-faults.ts';
import { LAPTOP_FAULTS } from './laptop-faults.ts';
import { MACHINE_FAULTS } from './machine-faults.ts';
import { NEIGHBOUR_FAULTS } from './neighbour-faults.ts';
import { NODE_FAULTS } from './node-faults.ts';
import { POD_FAULTS } from './pod-faults.ts';
import { RETRY_FAULTS } from './retry-faults.ts';
import { SIGNAL_FAULTS } from './signal-faults.ts';
import { WIRE_FAULTS } from './wire-faults.ts';

/** The faults that need a real engine and a real cluster, those on clusters of their own first. */
export const FAULTS_WITH_CLUSTER: readonly Fault[] = [
  ...SIGNAL_FAULTS,
  ...POD_FAULTS,
  ...RETRY_FAULTS,
  ...CLUSTER_FAULTS,
  ...WIRE_FAULTS,
  ...NODE_FAULTS,
  ...NEIGHBOUR_FAULTS,
  ...LAPTOP_FAULTS,
  ...IMAGE_FAULTS,
  ...MACHINE_FAULTS,
];
