import { randomUUID } from 'node:crypto';
import type { CommandResult, CommandRunner, RunOptions } from '../core/command.ts';
import { Deadline } from '../core/deadline.ts';
import { createTurnstile } from '../core/turnstile.ts';
import { containerRunner, type ContainerRunnerOptions } from './container-runner.ts';
import { killMarked, MARK_VARIABLE } from './kill-marked.ts';
import { openSession, type Session } from './session.ts';
import { SESSION_PROGRAM } from './session-program.ts';

export interface SessionRunner extends CommandRunner {
  /** Ends the sessions; a later command starts new ones. */
  close(): void;
}

/** Sessions in one container; further commands wait for their turn. */
const MOST = 3;
const OPEN_MS = 10_000;

interface Held {
  readonly session: Session;
  /** Found in the environment of everything the session starts. */
  readonly mark: string;
}

/**
 * Runs commands in a container through sessions that stay open, which costs a hundredth of an exec for each command.
 * The answers are as true as those of `containerRunner`: a stream that breaks is `inconclusive`, and a command that
 * outlives its deadline is killed with its session. Where a session cannot be opened (no perl there), and for
 * commands that want an environment, a folder or their output line by line, each command is an exec of its own.
 *
 * @example const node = sessionRunner({ container, where, transport }); await node.run(['readlink', '/proc/1/ns/net'], { deadline })
 */
export function sessionRunner(options: ContainerRunnerOptions): SessionRunner {
  const single = containerRunner(options);
  const turnstile = createTurnstile(MOST);
  const idle: Held[] = [];
  const all = new Set<Held>();
  let impossible = false;

  const take = async (deadline: Deadline): Promise<Held | undefined> => {
    for (let held = idle.pop(); held !== undefined; held = idle.pop()) {
      if (held.session.usable) return held;
      all.delete(held);
    }
    const held = await openIn(options, deadline);
    if (held === undefined) impossible = true;
    else all.add(held);
    return held;
  };
  const ask = async (argv: Argv, run: RunOptions): Promise<CommandResult> => {
    const held = await take(run.deadline);
    if (held === undefined) return single.run(argv, run);
    const result = await held.session.run(argv, run);
    if (held.session.usable) idle.push(held);
    else await discard(held, result, { all, options });
    return result;
  };

  return {
    where: options.where,
    run(argv, run) {
      if (impossible || needsExec(run)) return single.run(argv, run);
      // Nobody gets a turn after the deadline; the exec then says so at once, with the right words.
      return turnstile(() => ask(argv, run), run.deadline.signal).catch(() => single.run(argv, run));
    },
    close() {
      for (const { session } of all) session.close();
      all.clear();
      idle.length = 0;
    },
  };
}

type Argv = readonly [string, ...string[]];

function needsExec(run: RunOptions): boolean {
  return run.env !== undefined || run.cwd !== undefined || run.onLine !== undefined;
}

/** What ran out of time goes on in the container unless it is killed there. */
async function discard(
  held: Held,
  result: CommandResult,
  { all, options }: { all: Set<Held>; options: ContainerRunnerOptions },
): Promise<void> {
  all.delete(held);
  held.session.close();
  if (result.kind === 'timedOut' || result.kind === 'inconclusive') await killMarked(held.mark, options);
}

/** @returns undefined when the container cannot run the session program */
async function openIn(
  { transport, container }: ContainerRunnerOptions,
  outer: Deadline,
): Promise<Held | undefined> {
  const deadline = Deadline.in(OPEN_MS, `a session in ${container}`).within(outer);
  const mark = randomUUID();
  try {
    const exec = await deadline.race(
      transport.prepare(
        {
          container,
          argv: ['perl', '-e', SESSION_PROGRAM],
          env: [`${MARK_VARIABLE}=${mark}`],
          cwd: undefined,
          stdin: true,
        },
        deadline.signal,
      ),
    );
    // Not the deadline's signal: the stream must outlive the opening.
    const stream = await deadline.race(exec.start(new AbortController().signal));
    return { mark, session: await openSession(stream, deadline) };
  } catch {
    // Whatever is wrong with the container, the exec that comes instead will say so, with its own evidence.
    return undefined;
  }
}
