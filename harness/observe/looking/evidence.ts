import { systemClock } from '../../core/clock.ts';
import { commandEvidence } from '../../core/command-evidence.ts';
import type { CommandResult, CommandRunner } from '../../core/command.ts';
import type { Deadline } from '../../core/deadline.ts';
import type { Evidence, Vantage } from '../../core/observation.ts';
import type { Turnstile } from '../../core/turnstile.ts';
import { sanitizeText } from '../../core/sanitize-text.ts';

/** Longest text kept per stream: enough to check a finding by hand. */
const MAX_TEXT = 8 * 1024;

export interface Witness {
  readonly evidence: readonly Evidence[];
  /** The same runner, waiting for its turn, bound to the pod's own time, with every command written down. */
  wrap(runner: CommandRunner, vantage: Vantage): CommandRunner;
}

/** Writes down what is asked about one pod. */
export function createWitness(deadline: Deadline, turnstile: Turnstile): Witness {
  const evidence: Evidence[] = [];
  return {
    evidence,
    wrap: (runner, vantage) => ({
      where: runner.where,
      async run(argv, options) {
        const ask = async (): Promise<CommandResult> => {
          const at = systemClock.date().toISOString();
          const own = options.deadline.restart().within(deadline);
          const result = await runner.run(argv, { ...options, deadline: own });
          const asked = { vantage, where: runner.where, argv, at };
          evidence.push(commandEvidence(asked, result, (text) => sanitizeText(text, MAX_TEXT)));
          return result;
        };
        try {
          return await turnstile(ask, deadline.signal);
        } catch (error) {
          if (!deadline.signal.aborted) throw error;
          return { kind: 'notStarted', why: 'no time was left', stdout: '', stderr: '', durationMs: 0 };
        }
      },
    }),
  };
}
