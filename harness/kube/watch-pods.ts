import { systemClock } from '../core/clock.ts';
import { Deadline } from '../core/deadline.ts';
import { HarnessError } from '../core/errors.ts';
import type { PodChange } from '../core/kube.ts';
import { collectionPath } from './api-paths.ts';
import { jsonLines } from './json-lines.ts';
import { listObjects } from './list-objects.ts';
import { Outage } from './outage.ts';
import { isPod } from './parse-object.ts';
import { PodView } from './pod-view.ts';
import type { Transport } from './transport.ts';
import { parseWatchEvent, type WatchEvent } from './watch-event.ts';

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
  const { signal, onChange } = options;
  try {
    for await (const change of new PodWatch(transport, labelSelector, options).changes()) onChange(change);
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
  }
}

/** How one attempt to list and watch went. */
interface Attempt {
  readonly startedAt: number;
  openedAt: number;
  told: boolean;
}

class PodWatch {
  readonly #path = collectionPath('Pod');
  readonly #view = new PodView();
  readonly #transport: Transport;
  readonly #labelSelector: string;
  readonly #signal: AbortSignal;
  readonly #giveUpMs: number;
  /** From where to go on; undefined when only a new list helps. */
  #version: string | undefined;

  constructor(transport: Transport, labelSelector: string, options: WatchOptions) {
    this.#transport = transport;
    this.#labelSelector = labelSelector;
    this.#signal = options.signal;
    this.#giveUpMs = options.giveUpMs;
  }

  async *changes(): AsyncGenerator<PodChange, void, undefined> {
    const outage = new Outage(this.#giveUpMs);
    while (!this.#signal.aborted) {
      const attempt = { startedAt: systemClock.now(), openedAt: Number.POSITIVE_INFINITY, told: false };
      let trouble: unknown = 'the server ended the stream';
      try {
        yield* this.#attempt(attempt);
      } catch (error) {
        trouble = error;
        if (error instanceof HarnessError && error.code === 'API_GONE') this.#version = undefined;
      }
      if (this.#signal.aborted) return;
      const now = systemClock.now();
      const wasHealthy = attempt.told || now - attempt.openedAt >= HEALTHY_MS;
      if (wasHealthy) outage.over();
      const failingSince = wasHealthy ? now : attempt.startedAt;
      await outage.pause(trouble, { signal: this.#signal, failingSince });
    }
  }

  async *#attempt(attempt: Attempt): AsyncGenerator<PodChange, void, undefined> {
    let version = this.#version;
    if (version === undefined) {
      const where = { path: this.#path, selectors: { labelSelector: this.#labelSelector } };
      const deadline = Deadline.in(this.#giveUpMs, 'the list of pods', this.#signal);
      const listing = await listObjects(this.#transport, where, deadline);
      version = listing.resourceVersion ?? '0';
      this.#version = version;
      yield* this.#view.replace(listing.items.filter(isPod));
    }
    const events = await this.#open(version);
    attempt.openedAt = systemClock.now();
    for await (const event of events) {
      attempt.told = true;
      this.#version = event.version;
      if (event.kind !== 'bookmark') yield this.#view.apply(event.kind, event.pod);
    }
  }

  async #open(resourceVersion: string): Promise<AsyncIterable<WatchEvent>> {
    const query = {
      labelSelector: this.#labelSelector,
      watch: 'true',
      allowWatchBookmarks: 'true',
      timeoutSeconds: String(WATCH_SECONDS),
      resourceVersion,
    };
    const lifeMs = (WATCH_SECONDS + OVERDUE_SECONDS) * 1000;
    const { signal } = Deadline.in(lifeMs, 'the end of a watch', this.#signal);
    const chunks = await this.#transport.open({ method: 'GET', path: this.#path, query }, signal);
    return watchEvents(chunks, this.#transport.server + this.#path);
  }
}

async function* watchEvents(
  chunks: AsyncIterable<Uint8Array>,
  url: string,
): AsyncGenerator<WatchEvent, void, undefined> {
  for await (const line of jsonLines(chunks)) yield parseWatchEvent(line, { method: 'WATCH', url });
}
