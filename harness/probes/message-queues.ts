import { describeResult, type CommandRunner } from '../core/command.ts';
import { Deadline } from '../core/deadline.ts';
import { done, hopeless, pending, poll } from '../core/poll.ts';
import { CannotTell } from '../core/under-test.ts';
import { ask, read } from './answer.ts';

const FOLDER = '/dev/mqueue';

/** The kernel's words for a user whose queues take up all the bytes that they may (RLIMIT_MSGQUEUE, EMFILE). */
const FULL = 'Too many open files';
const ROOM_MS = 20_000;

/**
 * Makes a POSIX message queue where `maker` is, lets `look` search for it and removes it again. A file that is created
 * in an mqueue file system is a queue (man 7 mq_overview).
 *
 * @param name of the queue, without a slash
 * @throws CannotTell when the queue could not be made, or was not there any more afterwards
 */
export async function withMessageQueue<T>(
  maker: CommandRunner,
  name: string,
  look: () => Promise<T>,
): Promise<T> {
  await messageQueuesOf(maker);
  await make(maker, `${FOLDER}/${name}`);
  try {
    return await look();
  } finally {
    // Without -f: it fails unless the queue was there all the time.
    await insist(maker, ['rm', `${FOLDER}/${name}`]);
  }
}

/**
 * Names of the POSIX message queues in the IPC namespace that the runner is in.
 *
 * @throws CannotTell when no mqueue file system is mounted: any folder would show no queue
 */
export async function messageQueuesOf(runner: CommandRunner): Promise<readonly string[]> {
  const mounts = await read(runner, ['cat', '/proc/self/mountinfo']);
  if (!/ \/dev\/mqueue .* - mqueue /.test(mounts))
    throw new CannotTell(`${runner.where} has no message queue file system at ${FOLDER}`);
  const listing = await insist(runner, ['ls', '-1', FOLDER]);
  return listing.split('\n').filter((name) => name !== '');
}

/**
 * The bytes of queues are counted per user and not per namespace, and the default limit is reached with nine queues
 * of the default size. All root pods of a machine share it, so one may have to wait until others have looked.
 */
async function make(maker: CommandRunner, path: string): Promise<void> {
  const deadline = Deadline.in(ROOM_MS, `room for a message queue in ${maker.where}`);
  await poll(
    async () => {
      const made = await ask(maker, ['touch', path]);
      if (made.exitCode === 0) return done(true);
      const seen = describeResult(made);
      return seen.includes(FULL)
        ? pending(seen)
        : hopeless(new CannotTell(`touch ${path} in ${maker.where}: ${seen}`));
    },
    { deadline },
  );
}

async function insist(runner: CommandRunner, argv: readonly [string, ...string[]]): Promise<string> {
  const result = await ask(runner, argv);
  if (result.exitCode !== 0)
    throw new CannotTell(`${argv.join(' ')} in ${runner.where}: ${describeResult(result)}`);
  return result.stdout;
}
