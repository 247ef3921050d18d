import type { InterruptedError } from '../core/errors.ts';
import type { ExitGuard } from '../lifetime/exit-guard.ts';
import type { UndoStack } from '../lifetime/undo-stack.ts';
import type { Terminal } from './console.ts';

/** The second Ctrl-C: says what is still there and goes. The watchdog sees that and finishes the clean-up. */
export function giveUp(
  error: InterruptedError,
  undo: UndoStack,
  { terminal, guard }: { readonly terminal: Terminal; readonly guard: ExitGuard },
): void {
  const open = undo.pending.map(
    ({ what, byHand }) => `  ${what}${byHand === undefined ? '' : `  (${byHand})`}\n`,
  );
  terminal.err(
    `\nNot waiting for the clean-up; the watchdog goes on with it. Still there:\n${open.join('')}`,
  );
  guard.leave(error.exitCode);
}
