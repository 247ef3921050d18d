/** What the thread of the loop guard is told at its start. */
export interface LoopGuardOrder {
  /** One number, shared: the watched thread adds to it for every look. */
  readonly beats: Int32Array;
  readonly limitMs: number;
  /** URL of the folder with podproof's own code, which is never stopped. */
  readonly harness: string;
}

/** What the thread says when it has stopped something: where that was, 1-based. */
export interface StoppedCode {
  readonly url: string;
  readonly line: number;
  readonly column: number;
}

/** Everything that the thread says; a look is answered by a beat. */
export type LoopGuardMessage =
  { readonly type: 'look' } | { readonly type: 'stopped'; readonly code: StoppedCode };
