import type { CommandResult, CommandRunner, RunOptions } from '../core/command.ts';
import { Deadline } from '../core/deadline.ts';
import { createTurnstile } from '../core/turnstile.ts';
import type { Session } from './session.ts';

export interface SessionRunner extends CommandRunner {
  /** Ends the sessions as soon as nothing runs in them; a later command starts a new one. */
  retire(): void;
  /** Ends the sessions now; what runs in them becomes `inconclusive`. */
  close(): void;
}

/** A session, and how to end what it may have left running when it broke. */
export interface OpenedSession {
  readonly session: Session;
  readonly kill?: () => Promise<void>;
}

export interface SessionRunnerOptions {
  /** Runs one command without a session: what no session can do, and everything where none can be opened. */
  readonly single: CommandRunner;
  /** Sessions at the same time; further commands wait for their turn. */
  readonly most: number;
  /** Who waited so long for a turn goes to `single`: what runs may need just this command to end. @default 2000 */
  readonly patienceMs?: number;
  /**
   * Starts a session. `never` says that it is no use to try again, `not now` that it is. Must not reject: whatever is
   * wrong, the single command that comes instead will say so, with its own evidence.
   */
  readonly open: (deadline: Deadline) => Promise<OpenedSession | 'never' | 'not now'>;
}

/**
 * Runs commands through sessions that stay open, which costs a fraction of starting each by itself. The answers are
 * as true as those of `single`: a stream that breaks is `inconclusive`, its session is never used again, and a
 * command that outlives its deadline is killed with its session. Commands that want an environment, a folder or
 * their output line by line, and all commands where no session can be opened, go to `single`.
 *
 * @example const node = sessionRunner({ single, most: 3, open }); await node.run(['readlink', '/proc/1/ns/net'], { deadline })
 */
export function sessionRunner(options: SessionRunnerOptions): SessionRunner {
  const { single, most, open, patienceMs = 2000 } = options;
  const turnstile = createTurnstile(most);
  const idle: Held[] = [];
  const busy = new Set<Held>();
  let era = 0;
  let impossible = false;

  const take = async (deadline: Deadline): Promise<Held | undefined> => {
    for (let held = idle.pop(); held !== undefined; held = idle.pop()) {
      if (held.session.usable) return held;
      held.session.close();
    }
    const since = era;
    const opened = await open(deadline);
    if (opened === 'never') impossible = true;
    return opened === 'never' || opened === 'not now' ? undefined : { ...opened, since };
  };
  const ask = async (argv: Argv, run: RunOptions): Promise<CommandResult> => {
    const held = impossible ? undefined : await take(run.deadline);
    if (held === undefined) return single.run(argv, run);
    busy.add(held);
    const result = await held.session.run(argv, run);
    busy.delete(held);
    if (held.session.usable && held.since === era) idle.push(held);
    else held.session.close();
    // What ran out of time goes on where it runs unless it is killed there.
    if (result.kind === 'timedOut' || result.kind === 'inconclusive') await held.kill?.();
    return result;
  };
  const retire = (): void => {
    era += 1;
    for (const { session } of idle.splice(0)) session.close();
  };

  return {
    where: single.where,
    run(argv, run) {
      if (impossible || needsSingle(run)) return single.run(argv, run);
      const turn = Deadline.in(patienceMs, 'a turn').within(run.deadline);
      // Nobody gets a turn after the deadline; the single command then says so at once, with the right words.
      return turnstile(() => ask(argv, run), turn.signal).catch(() => single.run(argv, run));
    },
    retire,
    close() {
      for (const { session } of busy) session.close();
      retire();
    },
  };
}

/** Sessions that were asked for before the last `retire` serve no further command. */
interface Held extends OpenedSession {
  readonly since: number;
}

type Argv = readonly [string, ...string[]];

function needsSingle(run: RunOptions): boolean {
  return run.env !== undefined || run.cwd !== undefined || run.onLine !== undefined;
}
