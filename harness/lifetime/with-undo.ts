import { UndoStack, type UndoReport } from './undo-stack.ts';

/** How work ended and what its clean-up did: two facts, and neither hides the other. */
export type Outcome<T> =
  | { readonly kind: 'finished'; readonly value: T; readonly cleanup: UndoReport }
  | { readonly kind: 'failed'; readonly error: unknown; readonly cleanup: UndoReport };

/**
 * Does the work, then takes back what it registered, however it ended. Never rejects: a failed clean-up must not
 * replace the error of the work.
 *
 * @example const outcome = await withUndo(async (undo) => { undo.register(…); return run(); })
 */
export async function withUndo<T>(
  work: (undo: UndoStack) => Promise<T>,
  undo: UndoStack = new UndoStack(),
): Promise<Outcome<T>> {
  try {
    const value = await work(undo);
    return { kind: 'finished', value, cleanup: await undo.unwind() };
  } catch (error) {
    return { kind: 'failed', error, cleanup: await undo.unwind() };
  }
}
