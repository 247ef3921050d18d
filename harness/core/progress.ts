/** Where long work tells people how far it is. Written to stderr by the CLI; silent in tests. */
export interface Progress {
  /**
   * Opens a step. Exactly one of `done`, `fail` closes it.
   *
   * @param estimateMs how long it took elsewhere, shown beside the elapsed time
   */
  step(title: string, estimateMs?: number): ProgressStep;
}

export interface ProgressStep {
  /** What is happening right now, in a few words. May be called often. */
  update(text: string): void;
  /** @param text the result: a version, a count, a name */
  done(text: string): void;
  fail(text: string): void;
}

/** For tests and for callers that do not care. */
export const silentProgress: Progress = {
  step: () => ({ update: () => undefined, done: () => undefined, fail: () => undefined }),
};
