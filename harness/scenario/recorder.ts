import { systemClock } from '../core/clock.ts';
import { commandEvidence } from '../core/command-evidence.ts';
import type { CommandRunner } from '../core/command.ts';
import { describeError } from '../core/errors.ts';
import type { Evidence, Vantage } from '../core/observation.ts';
import { shorten } from './shorten.ts';

/** Longest text kept per stream; a terminal or a report never shows more. */
const MAX_TEXT = 16 * 1024;

/** Collects what was asked and answered during one observation, in the order the answers came. */
export interface Recorder {
  readonly evidence: readonly Evidence[];
  /** The same runner, with every command written down. */
  wrap(runner: CommandRunner, vantage: Vantage): CommandRunner;
  /** Writes down a request to the API server. */
  api<T>(call: ApiCall, request: () => Promise<T>, show: (answer: T) => string): Promise<T>;
}

interface ApiCall {
  readonly server: string;
  readonly path: string;
  readonly method?: 'GET' | 'PATCH';
}

/** @param maxText characters kept of each stream. @default 16384 */
export function createRecorder({ maxText = MAX_TEXT }: { readonly maxText?: number } = {}): Recorder {
  const evidence: Evidence[] = [];
  const cut = (text: string): string => shorten(text, maxText);
  return {
    evidence,
    wrap: (runner, vantage) => ({
      where: runner.where,
      async run(argv, options) {
        const at = systemClock.date().toISOString();
        const result = await runner.run(argv, options);
        evidence.push(commandEvidence({ vantage, where: runner.where, argv, at }, result, cut));
        return result;
      },
    }),
    async api({ server, path, method = 'GET' }, request, show) {
      const startedAt = systemClock.now();
      const base = {
        vantage: 'API' as const,
        where: server,
        argv: [method, path],
        at: systemClock.date().toISOString(),
      };
      const took = (): number => Math.round(systemClock.now() - startedAt);
      try {
        const answer = await request();
        evidence.push({
          ...base,
          outcome: 'answered',
          stdout: cut(show(answer)),
          stderr: '',
          durationMs: took(),
        });
        return answer;
      } catch (error) {
        evidence.push({
          ...base,
          outcome: 'failed',
          stdout: '',
          stderr: cut(describeError(error)),
          durationMs: took(),
        });
        throw error;
      }
    },
  };
}
