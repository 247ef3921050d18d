import { systemClock, type Clock } from '../../core/clock.ts';
import { Deadline } from '../../core/deadline.ts';
import type { DockerEngine } from '../../docker/engine-port.ts';
import { lastWords, type ListNodes } from './last-words.ts';

/**
 * What the kubelet says when waiting cannot help: its containerd has no CRI plugin (it could not watch its CNI
 * folder), or the kubelet itself could not watch its manifests. Both mean that inotify instances ran out.
 */
const PERMANENT = /unknown service runtime\.v1|too many open files|inotify/i;

/** kubeadm waits for minutes, so a look now and then is early enough. */
const LOOK_EVERY_MS = 8000;
const LOOK_MS = 5000;

export interface FaultWatch {
  readonly nodes: ListNodes;
  readonly docker: DockerEngine;
  readonly clock?: Clock | undefined;
}

/**
 * Does the work while it looks at the nodes, and aborts the work's signal when a node says twice in a row that it can
 * never come up. The tool that makes the cluster would go on waiting for minutes and not tell why.
 *
 * @returns the result of the work, and the words of the nodes if they ended it
 */
export async function withFaultWatch<T>(
  watch: FaultWatch,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<{ readonly result: T; readonly fault: string | undefined }> {
  const over = new AbortController();
  const hopeless = new AbortController();
  const watching = firstFault(watch, over.signal).then((fault) => {
    if (fault !== undefined) hopeless.abort(new Error(fault));
    return fault;
  });
  try {
    const result = await work(hopeless.signal);
    over.abort();
    return { result, fault: await watching };
  } finally {
    over.abort();
  }
}

async function firstFault(
  { nodes, docker, clock = systemClock }: FaultWatch,
  over: AbortSignal,
): Promise<string | undefined> {
  for (let before = false; ;) {
    // The sleep rejects when the work is over; that is the usual end of the watch.
    const isOver = await clock.sleep(LOOK_EVERY_MS, over).then(
      () => false,
      () => true,
    );
    if (isOver) return undefined;
    const words = await lastWords(nodes, Deadline.in(LOOK_MS, 'the words of the nodes', over, clock), docker);
    const now = PERMANENT.test(words);
    if (now && before) return words;
    before = now;
  }
}
