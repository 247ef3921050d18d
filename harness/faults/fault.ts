import type { ExitCode } from '../core/exit-codes.ts';
import type { FaultBench, Needs } from './bench.ts';
import type { Ended } from './podproof-run.ts';

/**
 * One thing that goes wrong, and what podproof must make of it. Everything that must be true after any fault (an error
 * block with cause and hint, nothing left behind, no claim that holds without proof, the user's files untouched, a next
 * run that works) is asked by the oracle and needs no word here.
 *
 * @example
 * {
 *   id: 'F25',
 *   what: 'DOCKER_HOST is a socket that is not there',
 *   exit: 3,
 *   code: 'ENGINE_UNREACHABLE',
 *   run: (bench) => bench.podproof(['run'], { DOCKER_HOST: `unix://${bench.path('none.sock')}` }).ended,
 * }
 */
export interface Fault {
  /** The row of docs/reliability.md; several variants share it. */
  readonly id: string;
  /** What is done, as a noun or a short sentence; unique among those with the same id. */
  readonly what: string;
  /** How the process must end. */
  readonly exit: ExitCode | 'SIGKILL';
  /** The code of the error block; without it none is asked for. */
  readonly code?: string;
  /** What must be told, on stdout or stderr. */
  readonly tells?: readonly (string | RegExp)[];
  /** What the fault needs beside this project. @default 'nothing' */
  readonly needs?: Needs;
  /** False on a machine on which it would be no fault; without it, it is one everywhere. */
  readonly appliesHere?: () => Promise<boolean>;
  /**
   * With `needs: 'kind'`: what is there before. `kept`: an engine with a cluster of one node that an earlier run kept.
   * `none`: not even an engine, so that the run makes and removes both. @default 'kept'
   */
  readonly before?: 'kept' | 'none';
  /**
   * False when no run is made afterwards to see whether it works, to save time: the fault that follows is planted in
   * one. @default true
   */
  readonly nextRun?: boolean;
  /** True when the run may talk to the engine: to a made-up one, unless `needs` says otherwise. @default false */
  readonly mayAskEngine?: boolean;
  /** Longest time until the process has ended. @default 10000 */
  readonly withinMs?: number;
  /** Longest time after that until nothing is left. @default 5000 */
  readonly cleanMs?: number;
  /** Plants the fault, runs podproof, and says how it ended. */
  readonly run: (bench: FaultBench) => Promise<Ended>;
}

/** For `--only`, lists and messages. */
export function titleOf({ id, what }: Fault): string {
  return `${id} ${what}`;
}
