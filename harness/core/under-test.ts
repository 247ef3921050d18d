import type { CommandRunner } from './command.ts';
import type { Deadline } from './deadline.ts';
import { InfrastructureError } from './errors.ts';
import type { ObjectEvent, Pod } from './kube.ts';

/** A pod of a scenario, as its claims see it. Everything asked of it is recorded as evidence. */
export interface PodUnderTest {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  /** Runs commands in the pod's first container. */
  readonly runner: CommandRunner;
  /**
   * The node the scheduler chose.
   * @throws CannotTell when the pod was never scheduled
   */
  readonly node: NodeUnderTest;
  /** The other nodes on which ordinary pods may run. */
  readonly otherNodes: readonly NodeUnderTest[];
  /** The pod as the API server has it now. */
  read(): Promise<Pod>;
  events(): Promise<readonly ObjectEvent[]>;
}

/** A node, seen from outside every pod. */
export interface NodeUnderTest {
  readonly name: string;
  readonly address: string;
  readonly runner: CommandRunner;
}

/** What an observation may use beside its pod. */
export interface Scene {
  /** Any pod of the scenario by its manifest name, for a third party such as a marker or a partner. */
  pod(name: string): PodUnderTest;
  /**
   * What the pod's container finds in its variable PODPROOF_NONCE: random for each run and different for each pod,
   * so that nobody else can answer for it.
   */
  nonceOf(pod: string): string;
  /** A container of ours on the cluster's network, outside every node. */
  outsider(): Promise<CommandRunner>;
  /** Lets time pass, for claims about something that must *not* happen. */
  hold(ms: number): Promise<void>;
  readonly deadline: Deadline;
}

/** The question got no usable answer: the verdict becomes `inconclusive`, never anything else. */
export class CannotTell extends InfrastructureError {
  constructor(why: string, cause?: unknown) {
    super('CANNOT_TELL', why, { cause });
    this.name = 'CannotTell';
  }
}
