import { createHash } from 'node:crypto';
import { closeSync, fdatasyncSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { describeError, InfrastructureError, type IntegrityError } from '../core/errors.ts';
import type { EventSink, NewRunEvent } from '../core/events.ts';
import { sanitizeEvent } from './sanitize.ts';
import { journalChanged, sealOf } from './seal.ts';

export interface Journal extends EventSink {
  /** Reads the file back. Tells when it is not what was written: somebody else wrote to it, or the disk lies. */
  check(): IntegrityError | undefined;
  /**
   * Seals the journal and brings everything to the disk. Fine to call twice.
   *
   * @throws InfrastructureError JOURNAL_INCOMPLETE when an event could not be written
   */
  close(): void;
}

/**
 * Starts the journal of a run: one JSON line per event, handed to the kernel before `emit` returns, so that a crash
 * of ours loses nothing. The file is private (0600) and new: two runs never share one. Secrets and control
 * sequences are removed before they reach it. `emit` never throws; a full disk is reported by `close`. The last line
 * is a seal, the sum of all lines before it.
 *
 * @throws InfrastructureError JOURNAL_NOT_OPENED when the file exists or cannot be made
 */
export function openJournal(file: string, now: () => Date = () => new Date()): Journal {
  let fd: number | undefined = openNew(file);
  let failure: unknown;
  // After half a line nothing more may follow: what is there stays a journal that was cut off.
  let broken = false;
  const written = createHash('sha256');
  const write = (fields: () => object): void => {
    if (fd === undefined || broken) return;
    try {
      const line = `${JSON.stringify({ at: now().toISOString(), ...fields() })}\n`;
      broken = true;
      writeFileSync(fd, line);
      broken = false;
      written.update(line);
    } catch (error) {
      failure ??= error;
    }
  };
  return {
    emit: (event) => write(() => storable(event)),
    check() {
      if (failure !== undefined) return undefined;
      const when = 'while the run went on';
      try {
        const sum = createHash('sha256').update(readFileSync(file)).digest('hex');
        return sum === written.copy().digest('hex') ? undefined : journalChanged(file, when);
      } catch (error) {
        return journalChanged(file, `${when}: ${describeError(error)}`);
      }
    },
    close() {
      if (fd === undefined) return;
      // What is not complete gets no seal.
      if (failure === undefined) write(() => sealOf(written));
      try {
        fdatasyncSync(fd);
        closeSync(fd);
      } catch (error) {
        failure ??= error;
      }
      fd = undefined;
      if (failure !== undefined) throw incomplete(file, failure);
    },
  };
}

/** Those who emit may hand over a whole planned unit where its name is asked for; the plan is stored only once. */
function storable(event: NewRunEvent): NewRunEvent {
  const clean = sanitizeEvent(event);
  if (!('unit' in clean)) return clean;
  const { scenario, mutant, node } = clean.unit;
  const unit = {
    scenario,
    ...(mutant === undefined ? {} : { mutant }),
    ...(node === undefined ? {} : { node }),
  };
  return { ...clean, unit };
}

function openNew(file: string): number {
  try {
    return openSync(file, 'ax', 0o600);
  } catch (error) {
    throw new InfrastructureError(
      'JOURNAL_NOT_OPENED',
      `The journal ${file} cannot be started: ${describeError(error)}`,
      {
        hint: 'Check the free space and the permissions of the run folder. A journal is never continued: each run needs a folder of its own.',
        cause: error,
      },
    );
  }
}

function incomplete(file: string, cause: unknown): InfrastructureError {
  return new InfrastructureError(
    'JOURNAL_INCOMPLETE',
    `Events are missing in the journal ${file}: ${describeError(cause)}`,
    { hint: 'Check the free space of the disk, then run again.', cause },
  );
}
