/** The thread of the loop guard, see loop-guard.ts. */
import { Session, type Debugger } from 'node:inspector';
import { parentPort, workerData } from 'node:worker_threads';
import type { LoopGuardOrder, StoppedCode } from './loop-guard-order.ts';

/** Looks within the limit. Looks are counted and not time, which also passes while a laptop sleeps. */
const LOOKS = 10;
/** What this calls has a limit of its own, and an answer for whoever called it. */
const LIMITED = 'core/in-time.ts';

// Written by loop-guard.ts of the same version.
const { beats, limitMs, harness } = workerData as LoopGuardOrder;

let last = -1;
let same = 0;

setInterval(() => {
  same = hasComeBy() ? 0 : same + 1;
  last = Atomics.load(beats, 0);
  if (same === LOOKS) stopForeignCode();
}, limitMs / LOOKS);

function hasComeBy(): boolean {
  return Atomics.load(beats, 0) !== last;
}

/**
 * Pauses the watched thread where it is, and ends what it is at when that is not podproof's own code. A thread that
 * waits for a program or a disk answers the inspector only afterwards, and then has to come by within one look: nothing
 * that did wait is stopped.
 */
function stopForeignCode(): void {
  const session = new Session();
  const urls = new Map<string, string>();
  const leave = (): void => {
    session.disconnect();
    same = 0;
  };
  session.connectToMainThread();
  session.on('Debugger.scriptParsed', ({ params: { scriptId, url } }) => urls.set(scriptId, url));
  session.on('Debugger.paused', ({ params: { callFrames } }) => {
    const frame = hasComeBy() ? undefined : foreignFrame(callFrames, urls);
    if (frame !== undefined) session.post('Runtime.terminateExecution');
    session.post('Debugger.resume', leave);
    if (frame !== undefined) parentPort?.postMessage(frame);
  });
  session.post('Debugger.enable', () => {
    setTimeout(() => {
      if (hasComeBy() || same === 0) leave();
      else session.post('Debugger.pause');
    }, limitMs / LOOKS);
  });
}

/** Of the frames, innermost first, the first one that is neither Node's, nor a package's, nor ours. */
function foreignFrame(
  frames: readonly Debugger.CallFrame[],
  urls: ReadonlyMap<string, string>,
): StoppedCode | undefined {
  const places = frames.map(({ location }) => ({
    url: urls.get(location.scriptId) ?? '',
    line: location.lineNumber + 1,
    column: (location.columnNumber ?? 0) + 1,
  }));
  if (places.some(({ url }) => url === `${harness}${LIMITED}`)) return undefined;
  return places.find(
    ({ url }) => url.startsWith('file:') && !url.startsWith(harness) && !url.includes('/node_modules/'),
  );
}
