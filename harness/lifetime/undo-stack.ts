import { systemClock, type Clock } from '../core/clock.ts';
import { Deadline } from '../core/deadline.ts';

export interface Undo {
  /** What is taken back, for people: "cluster podproof-3f2a91". */
  readonly what: string;
  /** How long taking it back may last. */
  readonly budgetMs: number;
  /** The command with which a person can do it when we cannot. */
  readonly byHand?: string;
  /** Must be fine with a thing that is only half there, or not at all. */
  readonly undo: (deadline: Deadline) => Promise<void>;
}

export interface UndoFailure {
  readonly what: string;
  readonly byHand: string | undefined;
  readonly error: unknown;
}

export interface UndoReport {
  /** In the order in which they were taken back. */
  readonly undone: readonly string[];
  readonly failures: readonly UndoFailure[];
  readonly durationMs: number;
}

export interface Registration {
  /** Forgets the undo: the thing is gone already, or shall stay. */
  dismiss(): void;
}

/**
 * What has to be taken back at the end. An undo is registered *before* the thing is made, so that no failure in
 * between can leave it behind. Undoing goes backwards; each undo has its own time and a signal that nothing else
 * aborts (the run may be interrupted, the clean-up must not be); all of them run, whichever fail.
 *
 * @example
 * const undo = new UndoStack();
 * undo.register({ what: 'cluster x', budgetMs: 60_000, undo: (deadline) => provider.destroy('x', deadline) });
 * const report = await undo.unwind();
 */
export class UndoStack {
  readonly #clock: Clock;
  readonly #undos: Undo[] = [];
  #unwinding: Promise<UndoReport> | undefined;

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  register(undo: Undo): Registration {
    this.#undos.push(undo);
    return {
      dismiss: () => {
        const index = this.#undos.indexOf(undo);
        if (index !== -1) this.#undos.splice(index, 1);
      },
    };
  }

  /** What is still to be taken back, last first. */
  get pending(): readonly Pick<Undo, 'what' | 'byHand'>[] {
    return this.#undos.toReversed();
  }

  /** Takes everything back. A second call waits for the first one and gets its report. Never rejects. */
  unwind(): Promise<UndoReport> {
    this.#unwinding ??= this.#unwind();
    return this.#unwinding;
  }

  async #unwind(): Promise<UndoReport> {
    const startedAt = this.#clock.now();
    const undone: string[] = [];
    const failures: UndoFailure[] = [];
    // Popped after it ran: `pending` must name it as long as it is not done. What is registered meanwhile runs too.
    for (let undo = this.#undos.at(-1); undo !== undefined; undo = this.#undos.at(-1)) {
      const error = await attempt(undo, this.#clock);
      if (error === undefined) undone.push(undo.what);
      else failures.push({ what: undo.what, byHand: undo.byHand, error: error.thrown });
      const index = this.#undos.lastIndexOf(undo);
      if (index !== -1) this.#undos.splice(index, 1);
    }
    return { undone, failures, durationMs: Math.round(this.#clock.now() - startedAt) };
  }
}

async function attempt(undo: Undo, clock: Clock): Promise<{ readonly thrown: unknown } | undefined> {
  const deadline = Deadline.in(undo.budgetMs, `${undo.what} to be removed`, undefined, clock);
  try {
    await deadline.race(undo.undo(deadline), () => 'the removal still running');
    return undefined;
  } catch (thrown) {
    return { thrown };
  }
}
