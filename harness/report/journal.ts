import { closeSync, fdatasyncSync, openSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describeError, InfrastructureError, IntegrityError, UsageError } from '../core/errors.ts';
import type { EventSink, NewRunEvent, RunEvent } from '../core/events.ts';
import { parseEvent } from './parse-event.ts';
import { sanitizeEvent } from './sanitize.ts';

export interface Journal extends EventSink {
  /**
   * Brings everything to the disk. Fine to call twice.
   *
   * @throws InfrastructureError JOURNAL_INCOMPLETE when an event could not be written
   */
  close(): void;
}

/**
 * Starts the journal of a run: one JSON line per event, handed to the kernel before `emit` returns, so that a crash
 * of ours loses nothing. The file is private (0600) and new: two runs never share one. Secrets and control
 * sequences are removed before they reach it. `emit` never throws; a full disk is reported by `close`.
 *
 * @throws InfrastructureError JOURNAL_NOT_OPENED when the file exists or cannot be made
 */
export function openJournal(file: string, now: () => Date = () => new Date()): Journal {
  let fd: number | undefined = openNew(file);
  let failure: unknown;
  // After half a line nothing more may follow: what is there stays a journal that was cut off.
  let broken = false;
  return {
    emit(event) {
      if (fd === undefined || broken) return;
      try {
        const line = `${JSON.stringify({ at: now().toISOString(), ...storable(event) })}\n`;
        broken = true;
        writeFileSync(fd, line);
        broken = false;
      } catch (error) {
        failure ??= error;
      }
    },
    close() {
      if (fd === undefined) return;
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
  const { scenario, mutant } = clean.unit;
  return { ...clean, unit: mutant === undefined ? { scenario } : { scenario, mutant } };
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

/**
 * The events of a stored run. A last line that was cut off by a crash or a kill is left out and reported by a
 * `problem` event JOURNAL_TORN at the end, so that every report shows it.
 *
 * @throws UsageError JOURNAL_NOT_READABLE when there is no such file
 * @throws IntegrityError JOURNAL_DAMAGED, with file and line, when any other line is not an event
 */
export async function readJournal(file: string): Promise<RunEvent[]> {
  return parseJournal(await readText(file), file);
}

/**
 * The same for a journal that is in memory, such as one from a bundle.
 *
 * @param file how messages call it
 * @throws IntegrityError JOURNAL_DAMAGED
 */
export function parseJournal(text: string, file: string): RunEvent[] {
  const lines = text.split('\n');
  const last = lines.pop() ?? '';
  const events = lines.map((line, index) => {
    const parsed = parseEvent(line);
    if (typeof parsed !== 'string') return parsed;
    throw new IntegrityError('JOURNAL_DAMAGED', `${file}:${String(index + 1)} is not an event: ${parsed}`, {
      hint: 'The journal was changed after the run, or written by another version of podproof.',
    });
  });
  if (last === '') return events;
  const parsed = parseEvent(last);
  return [...events, typeof parsed === 'string' ? torn(file, lines.length + 1, events.at(-1)) : parsed];
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(
      'JOURNAL_NOT_READABLE',
      `The journal ${file} cannot be read: ${describeError(error)}`,
      {
        hint: 'Give the folder of a run that exists.',
        cause: error,
      },
    );
  }
}

function torn(file: string, line: number, before: RunEvent | undefined): RunEvent {
  return {
    at: before?.at ?? new Date(0).toISOString(),
    type: 'problem',
    code: 'JOURNAL_TORN',
    message: `The journal ends in the middle of line ${String(line)}: the run was killed while it wrote.`,
    hint: 'What was written before is shown. Run again for a complete result.',
    exitCode: 5,
    context: { journal: file },
  };
}
