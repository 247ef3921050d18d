/** The thread of the loop guard, see loop-guard.ts. */
import { Session, type Debugger } from 'node:inspector';
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../core/clock.ts';
import type { LoopGuardMessage, LoopGuardOrder, StoppedCode } from './loop-guard-order.ts';

/** Looks within the limit. Looks are counted and not time, which also passes while a laptop sleeps. */
const LOOKS = 10;
/** What this calls has a limit of its own, and an answer for whoever called it. */
const LIMITED = 'core/in-time.ts';

// Written by loop-guard.ts of the same version.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const order = workerData as LoopGuardOrder;
// While it waits for the inspector nothing else would keep this thread.
parentPort?.ref();
await watch(order);

/** Looks for ever; whoever started the thread ends it. */
async function watch({ beats, limitMs }: LoopGuardOrder): Promise<never> {
  for (let same = 0; ;) {
    const seen = Atomics.load(beats, 0);
    const hasComeBy = (): boolean => Atomics.load(beats, 0) !== seen;
    say({ type: 'look' });
    await systemClock.sleep(limitMs / LOOKS);
    same = hasComeBy() ? 0 : same + 1;
    if (same < LOOKS) continue;
    await stopForeignCode(hasComeBy);
    same = 0;
  }
}

/**
 * Pauses the watched thread where it is, and ends what it is at when that is not podproof's own code. A thread that
 * waits for a program or a disk answers the inspector only afterwards, and then has to come by within one look: nothing
 * that did wait is stopped.
 */
async function stopForeignCode(hasComeBy: () => boolean): Promise<void> {
  const urls = new Map<string, string>();
  const session = new Session();
  session.connectToMainThread();
  try {
    session.on('Debugger.scriptParsed', ({ params: { scriptId, url } }) => urls.set(scriptId, url));
    await post(session, 'Debugger.enable');
    await systemClock.sleep(order.limitMs / LOOKS);
    if (hasComeBy()) return;
    const frames = await paused(session);
    const code = hasComeBy() ? undefined : foreignCode(frames, urls);
    // Answered only when the code is left, which the next command does.
    if (code !== undefined) session.post('Runtime.terminateExecution');
    await post(session, 'Debugger.resume');
    if (code !== undefined) say({ type: 'stopped', code });
  } finally {
    session.disconnect();
  }
}

function post(session: Session, method: 'Debugger.enable' | 'Debugger.resume'): Promise<undefined> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  session.post(method, () => resolve(undefined));
  return promise;
}

/** Resolves when the thread stands still, with the innermost frame first. */
function paused(session: Session): Promise<readonly Debugger.CallFrame[]> {
  const { promise, resolve } = Promise.withResolvers<readonly Debugger.CallFrame[]>();
  session.once('Debugger.paused', ({ params }) => resolve(params.callFrames));
  session.post('Debugger.pause');
  return promise;
}

/** The innermost place that is neither Node's, nor a package's, nor ours. */
function foreignCode(
  frames: readonly Debugger.CallFrame[],
  urls: ReadonlyMap<string, string>,
): StoppedCode | undefined {
  const places = frames.map(({ location }) => ({
    url: urls.get(location.scriptId) ?? '',
    line: location.lineNumber + 1,
    column: (location.columnNumber ?? 0) + 1,
  }));
  if (places.some(({ url }) => url === `${order.harness}${LIMITED}`)) return undefined;
  return places.find(
    ({ url }) => url.startsWith('file:') && !url.startsWith(order.harness) && !url.includes('/node_modules/'),
  );
}

function say(message: LoopGuardMessage): void {
  // A port of threads, and no window that could belong to somebody else.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  parentPort?.postMessage(message);
}
