import { Deadline } from '../core/deadline.ts';
import { describeError } from '../core/errors.ts';
import type { Scene } from '../core/under-test.ts';
import { callAuthor } from './author-code.ts';

/** What the acts of a unit registered to be taken back. */
export interface UnitCleanUp {
  register(what: string, undo: (scene: Scene) => Promise<unknown>): void;
  /**
   * Takes everything back, last in, first out, each within its own time. Never rejects.
   *
   * @param sceneFor makes a scene for one undo: that of the act is over
   * @returns what failed
   */
  run(sceneFor: (deadline: Deadline) => Scene): Promise<readonly string[]>;
}

const UNDO_MS = 30_000;

export function unitCleanUp(): UnitCleanUp {
  const undos: { readonly what: string; readonly undo: (scene: Scene) => Promise<unknown> }[] = [];
  return {
    register: (what, undo) => void undos.push({ what, undo }),
    async run(sceneFor) {
      const failures: string[] = [];
      for (let next = undos.pop(); next !== undefined; next = undos.pop()) {
        // Not within the run's signal: an interrupted run must be taken back, too.
        const deadline = Deadline.in(UNDO_MS, next.what);
        try {
          const { undo } = next;
          await deadline.race(callAuthor(() => undo(sceneFor(deadline))));
        } catch (error) {
          failures.push(`${next.what}: ${describeError(error)}`);
        }
      }
      return failures;
    },
  };
}
