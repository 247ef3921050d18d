import type { WebSocket } from 'ws';
import type { CommandRunner } from '../core/command.ts';
import { Deadline } from '../core/deadline.ts';
import { openSession, type SessionStream } from '../session/session.ts';
import { sessionRunner, type OpenedSession, type SessionRunner } from '../session/session-runner.ts';
import { ExecStream } from './exec-stream.ts';
import type { ExecEnd } from './exec-status.ts';
import { execPath, type ExecTarget, type OpenSocket } from './pod-runner.ts';

/** In our workload image. The absolute path finds it whatever PATH a container has. */
const PROGRAM = '/usr/bin/session';
/** Sessions in one container. */
const MOST = 1;
const OPEN_MS = 10_000;

/** What a container runtime says when it cannot start the program, now or ever. */
const CANNOT_START = /OCI runtime exec failed|executable file not found|no such file or directory/;

/**
 * The sessions of one client, by container. A session lives in the container that answered when it was opened: it
 * dies with it, and is not used for another pod that gets the same name later.
 */
export class PodSessions {
  readonly #openSocket: OpenSocket;
  readonly #runners = new Map<string, SessionRunner>();

  constructor(openSocket: OpenSocket) {
    this.#openSocket = openSocket;
  }

  /** Runs commands through a session of this container, and through `single` where it has no session program. */
  runner(target: ExecTarget, single: CommandRunner): CommandRunner {
    const key = `${target.namespace}/${target.name}/${target.container ?? ''}`;
    const runner =
      this.#runners.get(key) ??
      sessionRunner({ single, most: MOST, open: (deadline) => openIn(target, this.#openSocket, deadline) });
    this.#runners.set(key, runner);
    return runner;
  }

  /** The pod goes: whatever has its name later is another one. */
  retire(pod: { readonly namespace?: string; readonly name: string }): void {
    for (const [key, runner] of this.#runners) {
      if (key.startsWith(`${pod.namespace ?? ''}/${pod.name}/`)) runner.retire();
    }
  }
}

async function openIn(
  target: ExecTarget,
  openSocket: OpenSocket,
  outer: Deadline,
): Promise<OpenedSession | 'never' | 'not now'> {
  const deadline = Deadline.in(OPEN_MS, `a session in pod ${target.name}`).within(outer);
  let end: ExecEnd | undefined;
  try {
    const socket = await openSocket(execPath(target, [PROGRAM], true));
    return {
      session: await openSession(
        inFrames(socket, (found) => (end ??= found)),
        deadline,
      ),
    };
  } catch {
    // A pod that is not there yet may be there later; silence until the very end may be due to a short deadline.
    if (end === undefined) return outer.signal.aborted ? 'not now' : 'never';
    return end.kind === 'exited' || CANNOT_START.test(end.why) ? 'never' : 'not now';
  }
}

function inFrames(socket: WebSocket, onEnd: (end: ExecEnd) => void): SessionStream {
  let stream: ExecStream | undefined;
  return {
    listen(listener) {
      const over = (end: ExecEnd): void => {
        onEnd(end);
        listener.onEnd(
          end.kind === 'exited' ? `the session program ended with exit ${String(end.exitCode)}` : end.why,
        );
      };
      // With the status the session is over, and no further command may be sent into it.
      const { onOutput } = listener;
      stream = new ExecStream(socket, { onOpen: () => undefined, onOutput, onStatus: over, onEnd: over });
    },
    send: (bytes) => stream?.send(bytes),
    close: () => stream?.hangUp(),
  };
}
