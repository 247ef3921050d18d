import type { Deadline } from '../core/deadline.ts';
import type { Finding, Level } from '../core/diagnosis.ts';
import type { HarnessError } from '../core/errors.ts';
import { EXIT_CODES } from '../core/exit-codes.ts';
import type { AnsweringEngine, EngineState, Patient } from './patient.ts';
import type { ProbeAnswer } from './probe-script.ts';

export const ok = (tried: string, seen: string): Finding => ({ level: 'ok', tried, seen });
export const info = (tried: string, seen: string): Finding => ({ level: 'info', tried, seen });
export const skipped = (tried: string, seen: string): Finding => ({ level: 'skipped', tried, seen });

/** A finding that asks for something to be done, or tells what was done. */
export function finding(
  level: Exclude<Level, 'ok' | 'skipped'>,
  parts: { readonly tried: string; readonly seen: string; readonly cause: string; readonly fix?: string },
): Finding {
  return { level, ...parts };
}

/** An error that podproof would end with: refused for safety (8), or unfit as it is (3). */
export function findingOf({ exitCode, message, hint }: HarnessError, tried: string): Finding {
  return {
    level: exitCode === EXIT_CODES.refused ? 'refuse' : 'fail',
    tried,
    seen: message,
    fix: hint ?? 'The message says what is wrong; put that right and try again.',
  };
}

/** For checks that ask the engine: looks only when one answers. */
export function askingEngine(
  tried: string,
  look: (engine: AnsweringEngine, patient: Patient, deadline: Deadline) => Promise<Finding> | Finding,
): (patient: Patient, deadline: Deadline) => Promise<Finding> {
  return async (patient, deadline) => {
    const engine = await patient.engine();
    return engine.kind === 'answers' ? look(engine, patient, deadline) : skipped(tried, noEngine(engine));
  };
}

export function noEngine(engine: Exclude<EngineState, { kind: 'answers' }>): string {
  return engine.kind === 'startable' ? 'no engine, the embedded one would be started' : 'no engine, see D02';
}

/** For checks that need the throwaway container: why it told nothing. */
export function noProbe(answer: Exclude<ProbeAnswer, { kind: 'ran' }>): string {
  switch (answer.kind) {
    case 'noImage':
      return 'no image in the engine to look from; a run brings one';
    case 'noEngine':
      return 'no engine, the embedded one would be started';
    case 'late':
      return `the container that looks did not answer in time: ${answer.why}`;
    case 'failed':
      return `the container that looks did not run, see D27`;
  }
}

/** @example gibibytes(6_442_450_944) // '6.0 GiB' */
export function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
