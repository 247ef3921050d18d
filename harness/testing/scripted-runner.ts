import type { CommandResult, CommandRunner, RunOptions } from '../core/command.ts';

/** What a scripted command does: how it ends, as far as that differs from exit 0 without output. */
export interface ScriptedAnswer {
  readonly exitCode?: number;
  readonly stdout?: string;
  readonly stderr?: string;
  /** Set for a program that is not there. */
  readonly notStarted?: string;
  /** Set for a program that does not end in time. */
  readonly timedOut?: boolean;
}

export type Script = (
  argv: readonly string[],
  options: RunOptions,
) => ScriptedAnswer | undefined | Promise<ScriptedAnswer | undefined>;

/** A runner that starts nothing: the script answers every command, and all of them are recorded. */
export class ScriptedRunner implements CommandRunner {
  readonly where = 'script';
  readonly calls: { readonly argv: readonly string[]; readonly options: RunOptions }[] = [];
  readonly #script: Script;

  constructor(script: Script = () => undefined) {
    this.#script = script;
  }

  async run(argv: readonly [string, ...string[]], options: RunOptions): Promise<CommandResult> {
    this.calls.push({ argv, options });
    const answer = (await this.#script(argv, options)) ?? {};
    const streams = { stdout: answer.stdout ?? '', stderr: answer.stderr ?? '', durationMs: 1 };
    for (const line of streams.stderr.split('\n')) if (line !== '') options.onLine?.(line, 'stderr');
    if (options.deadline.signal.aborted || answer.timedOut === true)
      return { kind: 'timedOut', afterMs: 1, ...streams };
    if (answer.notStarted !== undefined) return { kind: 'notStarted', why: answer.notStarted, ...streams };
    return { kind: 'exited', exitCode: answer.exitCode ?? 0, ...streams };
  }
}
