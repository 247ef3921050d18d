import { createHash, type Hash } from 'node:crypto';
import { IntegrityError } from '../core/errors.ts';

/** The fields of the line that ends a journal: what all lines above it add up to. */
export function sealOf(above: Hash): { readonly type: 'seal'; readonly sha256: string } {
  return { type: 'seal', sha256: above.copy().digest('hex') };
}

const SEAL = /^\{"at":"[^"]*","type":"seal","sha256":"([0-9a-f]{64})"\}\n?$/m;

export interface Unsealed {
  /** The lines above the seal; the whole text when there is none. */
  readonly text: string;
  readonly isSealed: boolean;
}

/**
 * Takes the seal off a journal's text. A journal that goes on or was killed has none.
 *
 * @param isOpen nobody sealed it yet
 * @throws IntegrityError JOURNAL_CHANGED when it does not fit, when something stands below it, or when it is gone
 */
export function unseal(file: string, text: string, isOpen = false): Unsealed {
  const seal = SEAL.exec(text);
  if (seal === null) {
    if (!isOpen && text.includes('"type":"run.finished"'))
      throw journalChanged(file, 'after the run: its seal is gone');
    return { text, isSealed: false };
  }
  const above = text.slice(0, seal.index);
  const sum = createHash('sha256').update(above).digest('hex');
  const isLast = seal.index + seal[0].length === text.length;
  if (sum !== seal[1] || !isLast) throw journalChanged(file, 'after the run');
  return { text: above, isSealed: true };
}

export function journalChanged(file: string, when: string): IntegrityError {
  return new IntegrityError('JOURNAL_CHANGED', `The journal ${file} was changed ${when}.`, {
    hint: 'Nothing in it can be trusted any more. Run again.',
  });
}
