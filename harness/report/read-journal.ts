import { readFile } from 'node:fs/promises';
import { describeError, IntegrityError, UsageError } from '../core/errors.ts';
import type { RunEvent } from '../core/events.ts';
import { parseEvent } from './parse-event.ts';
import { unseal } from './seal.ts';

export interface ReadOptions {
  /** The run still goes on, so the journal has no end yet. @default false */
  readonly isRunning?: boolean;
}

/**
 * The events of a stored run. A last line that was cut off by a crash or a kill is left out and reported by a
 * `problem` event JOURNAL_TORN at the end, so that every report shows it; a journal without its seal gets a
 * JOURNAL_UNFINISHED.
 *
 * @throws UsageError JOURNAL_NOT_READABLE when there is no such file
 * @throws IntegrityError JOURNAL_DAMAGED, with file and line, when any other line is not an event
 * @throws IntegrityError JOURNAL_CHANGED when the seal does not fit
 */
export async function readJournal(file: string, options: ReadOptions = {}): Promise<RunEvent[]> {
  return parseJournal(await readText(file), file, options);
}

/**
 * The same for a journal that is in memory, such as one from a bundle.
 *
 * @param file how messages call it
 * @throws IntegrityError JOURNAL_DAMAGED, JOURNAL_CHANGED
 */
export function parseJournal(content: string, file: string, options: ReadOptions = {}): RunEvent[] {
  const { text, isSealed } = unseal(file, content, options.isRunning);
  const lines = text.split('\n');
  const last = lines.pop() ?? '';
  const events = lines.map((line, index) => {
    const parsed = parseEvent(line);
    if (typeof parsed !== 'string') return parsed;
    throw new IntegrityError('JOURNAL_DAMAGED', `${file}:${String(index + 1)} is not an event: ${parsed}`, {
      hint: 'The journal was changed after the run, or written by another version of podproof.',
    });
  });
  if (last !== '') {
    const parsed = parseEvent(last);
    if (typeof parsed === 'string') return [...events, torn(file, lines.length + 1, events.at(-1))];
    events.push(parsed);
  }
  return isSealed || options.isRunning === true ? events : [...events, unfinished(file, events.at(-1))];
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

function unfinished(file: string, before: RunEvent | undefined): RunEvent {
  return {
    at: before?.at ?? new Date(0).toISOString(),
    type: 'problem',
    code: 'JOURNAL_UNFINISHED',
    message: 'The journal has no end: the run was killed, or it still goes on.',
    hint: 'What was written is shown. Run again for a complete result.',
    exitCode: 5,
    context: { journal: file },
  };
}
