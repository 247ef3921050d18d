import { systemClock } from '../core/clock.ts';
import { Deadline } from '../core/deadline.ts';
import { HarnessError } from '../core/errors.ts';
import type { PodChange } from '../core/kube.ts';
import { collectionPath } from './api-paths.ts';
import { jsonLines } from './json-lines.ts';
import { listObjects, type Listing } from './list-objects.ts';
import { Outage } from './outage.ts';
import { isPod } from './parse-object.ts';
import { PodView } from './pod-view.ts';
import type { Transport } from './transport.ts';
import { parseWatchEvent, type WatchStep } from './watch-event.ts';

export interface WatchOptions {
  readonly signal: AbortSignal;
  readonly giveUpMs: number;
  readonly onChange: (change: PodChange) => void;
}

/** The server ends each watch after this time, so that a connection which died in silence is noticed. */
const WATCH_SECONDS = 30;
/** After so much more without that end the connection is given up. */
const OVERDUE_SECONDS = 15;
/** A stream that lived this long, or told anything, was a working one. */
const HEALTHY_MS = 1000;

/**
 * One list and one watch for the pods with a label, in all namespaces. See `KubeClient.watchPods`. An error thrown
 * by `onChange` ends the watch and is passed on.
 *
 * @throws InfrastructureError WATCH_LOST, or API_… when the server refuses for good
 */
export async function watchPods(
  transport: Transport,
  labelSelector: string,
  options: WatchOptions,
): Promise<void> {
  const changes = podChanges(new PodWatch(transport, labelSelector, options));
  try {
    for await (const change of changes) options.onChange(change);
  } catch (error) {
    if (!options.signal.aborted || error !== options.signal.reason) throw error;
  }
}

async function* podChanges(watch: PodWatch): AsyncGenerator<PodChange, void, undefined> {
  const view = new PodView();
  const outage = new Outage(watch.giveUpMs);
  let version: string | undefined;
  while (!watch.signal.aborted) {
    const startedAt = systemClock.now();
    let openedAt: number | undefined;
    let told = false;
    let trouble: unknown = 'the server ended the stream';
    try {
      if (version === undefined) {
        const listing = await watch.list();
        version = listing.resourceVersion ?? '0';
        yield* view.replace(listing.items.filter(isPod));
      }
      for await (const step of watch.from(version)) {
        if (step.kind === 'opened') {
          openedAt = systemClock.now();
          continue;
        }
        told = true;
        version = step.version;
        if (step.kind !== 'bookmark') yield view.apply(step.kind, step.pod);
      }
    } catch (error) {
      trouble = error;
      if (error instanceof HarnessError && error.code === 'API_GONE') version = undefined;
    }
    if (watch.signal.aborted) return;
    const now = systemClock.now();
    const wasHealthy = told || (openedAt !== undefined && now - openedAt >= HEALTHY_MS);
    if (wasHealthy) outage.over();
    await outage.pause(trouble, { signal: watch.signal, failingSince: wasHealthy ? now : startedAt });
  }
}

/** The two questions a watcher asks. */
class PodWatch {
  readonly signal: AbortSignal;
  readonly giveUpMs: number;
  readonly #transport: Transport;
  readonly #labelSelector: string;
  readonly #path = collectionPath('Pod');

  constructor(transport: Transport, labelSelector: string, options: WatchOptions) {
    this.#transport = transport;
    this.#labelSelector = labelSelector;
    this.signal = options.signal;
    this.giveUpMs = options.giveUpMs;
  }

  list(): Promise<Listing> {
    const where = { path: this.#path, selectors: { labelSelector: this.#labelSelector } };
    return listObjects(this.#transport, where, Deadline.in(this.giveUpMs, 'the list of pods', this.signal));
  }

  async *from(resourceVersion: string): AsyncGenerator<WatchStep, void, undefined> {
    const query = {
      labelSelector: this.#labelSelector,
      watch: 'true',
      allowWatchBookmarks: 'true',
      timeoutSeconds: String(WATCH_SECONDS),
      resourceVersion,
    };
    const overdue = AbortSignal.timeout((WATCH_SECONDS + OVERDUE_SECONDS) * 1000);
    const call = { method: 'GET', path: this.#path, query } as const;
    const chunks = await this.#transport.open(call, AbortSignal.any([this.signal, overdue]));
    yield { kind: 'opened' };
    const asked = { method: 'WATCH', url: this.#transport.server + this.#path };
    for await (const line of jsonLines(chunks)) yield parseWatchEvent(line, asked);
  }
}
