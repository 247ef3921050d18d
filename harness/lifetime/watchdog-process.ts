/** The program of the watchdog, see watchdog.ts. Its only input is the order in its arguments and the pipe. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { systemClock } from '../core/clock.ts';
import { formatArgv } from '../core/command.ts';
import { Deadline } from '../core/deadline.ts';
import { describeError } from '../core/errors.ts';
import { done, pending, poll } from '../core/poll.ts';
import { isAlive } from '../core/process-identity.ts';
import { sanitizeText } from '../core/sanitize-text.ts';
import { DISMISSAL, type WatchdogOrder } from './watchdog-order.ts';

const ATTEMPTS = 3;
const PAUSE_MS = 5000;
/** The pipe closes a moment before the dying process is gone; the clean-up would still take it for alive. */
const DEATH_MS = 30_000;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

// The order was written by watchdog.ts of the same version.
const order = JSON.parse(process.argv[2] ?? '') as WatchdogOrder;

// From here on no signal ends this process; whoever started it waits for this line and then closes the stream.
process.stdout.on('error', () => undefined);
process.stdout.write('ready\n');

if ((await everythingSaid()) !== DISMISSAL) await cleanUp();

async function everythingSaid(): Promise<string> {
  const chunks: string[] = [];
  for await (const chunk of process.stdin) chunks.push(String(chunk));
  return chunks.join('');
}

async function cleanUp(): Promise<void> {
  note(`process ${String(order.watched.pid)} is gone without a farewell`);
  await poll(async () => ((await isAlive(order.watched)) ? pending('it still runs') : done(undefined)), {
    deadline: Deadline.in(DEATH_MS, 'the watched process to be gone'),
    pauseMs: 20,
  }).catch((error: unknown) => {
    note(describeError(error));
  });
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const ending = await run();
    note(`${formatArgv(order.argv)}: ${ending}`);
    if (ending === 'exit 0') return;
    await systemClock.sleep(PAUSE_MS);
  }
}

async function run(): Promise<string> {
  const [program, ...args] = order.argv;
  const child = spawn(program, args, { stdio: ['ignore', process.stderr.fd, process.stderr.fd] });
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    return code === null ? `ended by ${String(signal)}` : `exit ${String(code)}`;
  } catch (error) {
    return describeError(error);
  }
}

function note(text: string): void {
  process.stderr.write(`${systemClock.date().toISOString()} watchdog: ${sanitizeText(text)}\n`);
}
