import { describeResult, formatArgv, type CommandRunner } from '../core/command.ts';
import { Deadline } from '../core/deadline.ts';
import { describeError } from '../core/errors.ts';
import type { Engine } from './types.ts';

export interface EngineDiagnosis {
  readonly engine: Engine;
  readonly runner: CommandRunner;
  /** Takes one text; the name is a relative path. */
  readonly keep: (file: string, text: string) => void;
  readonly deadline: Deadline;
}

const COMMAND_MS = 6000;

/**
 * Asks an engine what helps to understand why it, or a cluster in it, does not work: versions, settings, what uses
 * its disk, and the end of the log of an engine of ours. Nothing is asked about containers of others. Never rejects.
 */
export async function diagnoseEngine({ engine, runner, keep, deadline }: EngineDiagnosis): Promise<void> {
  const { kind, endpoint, source, dataRoot, daemonId } = engine;
  keep('engine/engine.json', JSON.stringify({ kind, endpoint, source, dataRoot, daemonId }, undefined, 2));
  const ask = async (file: string, argv: readonly [string, ...string[]]): Promise<void> => {
    const result = await runner.run([engine.dockerCli, ...argv], {
      deadline: Deadline.in(COMMAND_MS, formatArgv(argv), deadline.signal),
      env: engine.env,
    });
    const note =
      result.kind === 'exited' && result.exitCode === 0 ? '' : `[podproof: ${describeResult(result)}]\n`;
    keep(file, [result.stdout, result.stderr, note].join('\n'));
  };
  await Promise.all([
    ask('engine/version.txt', ['version']),
    ask('engine/info.txt', ['info']),
    ask('engine/disk.txt', ['system', 'df']),
    engine.logTail().then(
      (text) => keep('engine/daemon.log', text),
      (error: unknown) => keep('engine/daemon.log', `[podproof: ${describeError(error)}]\n`),
    ),
  ]);
}
