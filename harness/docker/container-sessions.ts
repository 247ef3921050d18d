import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { Deadline } from '../core/deadline.ts';
import { openSession, type SessionStream } from '../session/session.ts';
import { sessionRunner, type OpenedSession, type SessionRunner } from '../session/session-runner.ts';
import { containerRunner, type ContainerRunnerOptions } from './container-runner.ts';
import { demultiplex } from './demultiplex.ts';
import { reasonOf } from './engine-error.ts';
import { killMarked, MARK_VARIABLE } from './kill-marked.ts';
import { SESSION_PROGRAM } from './session-program.ts';

/** Sessions in one container. */
const MOST = 3;
const OPEN_MS = 10_000;

/**
 * Runs commands in a container through sessions of a Perl program; without perl there, through `containerRunner`.
 *
 * @example const node = containerSessions({ container, where, transport }); await node.run(['readlink', '/proc/1/ns/net'], { deadline })
 */
export function containerSessions(options: ContainerRunnerOptions): SessionRunner {
  return sessionRunner({
    single: containerRunner(options),
    most: MOST,
    open: (deadline) => openIn(options, deadline),
  });
}

async function openIn(options: ContainerRunnerOptions, outer: Deadline): Promise<OpenedSession | 'never'> {
  const { transport, container } = options;
  const deadline = Deadline.in(OPEN_MS, `a session in ${container}`).within(outer);
  // Found in the environment of everything the session starts.
  const mark = randomUUID();
  const request = {
    container,
    argv: ['perl', '-e', SESSION_PROGRAM],
    env: [`${MARK_VARIABLE}=${mark}`],
    cwd: undefined,
    stdin: true,
  };
  try {
    const exec = await deadline.race(transport.prepare(request, deadline.signal));
    // Not the deadline's signal: the stream must outlive the opening.
    const stream = await deadline.race(exec.start(new AbortController().signal));
    const session = await openSession(inFrames(stream), deadline);
    return { session, kill: () => killMarked(mark, options) };
  } catch {
    return 'never';
  }
}

/** @param stream the raw stream of an exec, in Docker's frames */
function inFrames(stream: Duplex): SessionStream {
  return {
    listen({ onOutput, onEnd }) {
      const frames = demultiplex(onOutput);
      stream.on('data', (chunk: Buffer) => frames.write(chunk));
      stream.on('error', (error) => onEnd(`the stream to the container broke: ${reasonOf(error)}`));
      stream.once('close', () => onEnd('the stream to the container was closed'));
      stream.once('end', () => onEnd('the session program ended'));
    },
    send: (bytes) => void stream.write(bytes),
    close: () => void stream.destroy(),
  };
}
