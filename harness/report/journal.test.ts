import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NewRunEvent } from '../core/events.ts';
import type { Json } from '../core/json.ts';
import { HOST_PORT, dated, evidence, unitEvents, wholeRun } from '../testing/run-events.ts';
import { exitOf } from './exit.ts';
import { fanOut } from './fan-out.ts';
import { openJournal, type Journal } from './journal.ts';
import { readJournal } from './read-journal.ts';
import { summarize } from './summary.ts';

const events = wholeRun([HOST_PORT], unitEvents(HOST_PORT));
const when = new Date('2026-01-02T03:04:05.000Z');

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podproof-journal-'));
  file = join(folder, 'journal.ndjson');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function write(list = events): void {
  writeWithoutEnd(list).close();
}

/** As a run leaves it that was killed. */
function writeWithoutEnd(list: readonly NewRunEvent[]): Journal {
  const journal = openJournal(file, () => when);
  for (const event of list) journal.emit(event);
  return journal;
}

describe('the journal', () => {
  test('gives back what was emitted, with times', async () => {
    write();
    expect(await readJournal(file)).toEqual(dated(events));
  });

  test('is private and has every event before it is closed', async () => {
    const journal = openJournal(file);
    journal.emit({ type: 'verdicts.done', ms: 1 });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readJournal(file, { isRunning: true })).toMatchObject([{ type: 'verdicts.done', ms: 1 }]);
    journal.close();
    journal.close();
    expect(await readJournal(file)).toHaveLength(1);
  });

  test('is never continued by another run', () => {
    write();
    expect(() => openJournal(file)).toThrow(expect.objectContaining({ code: 'JOURNAL_NOT_OPENED' }));
  });

  test('holds no secrets and no control sequences', async () => {
    const stdout = '\x1b]0;title\x07Authorization: Bearer abcdef0123456789\n';
    const observation = { kind: 'seen', value: 1, evidence: [evidence({ stdout })] } as const;
    const unit = { scenario: 'a' };
    write([{ type: 'observed', unit, claim: 'c', role: 'subject', observation }]);
    const text = await readFile(file, 'utf8');
    expect(text).toContain('Authorization: Bearer [redacted]\\n');
    expect(text).not.toMatch(/abcdef|title|\\u001b/);
  });

  test('stores the plan once, not with every event', async () => {
    write([{ type: 'unit.finished', unit: { ...HOST_PORT, mutant: 'm' }, ms: 1 }]);
    expect(await readJournal(file)).toMatchObject([{ unit: { scenario: 'host-port', mutant: 'm' } }]);
    expect(await readFile(file, 'utf8')).not.toContain('MUST');
    expect(await readFile(file, 'utf8')).not.toContain('claims');
  });
});

describe('a journal that was cut off', () => {
  test('gives its whole lines and says so', async () => {
    writeWithoutEnd(events.slice(0, -1));
    await appendFile(file, '{"at":"2026-01-02T03:04:06.000Z","type":"verd');
    const read = await readJournal(file);
    expect(read.slice(0, -1)).toEqual(dated(events.slice(0, -1)));
    expect(read.at(-1)).toMatchObject({ type: 'problem', code: 'JOURNAL_TORN', exitCode: 5 });
    expect(exitOf(summarize(read))).toBe(5);
  });

  test('is whole when only the last line break is missing', async () => {
    write();
    await writeFile(file, (await readFile(file, 'utf8')).trimEnd());
    expect(await readJournal(file)).toEqual(dated(events));
  });

  test('between two lines has no end, however green it looks', async () => {
    writeWithoutEnd(events.slice(0, -1));
    const read = await readJournal(file);
    expect(read.at(-1)).toMatchObject({ type: 'problem', code: 'JOURNAL_UNFINISHED', exitCode: 5 });
    expect(exitOf(summarize(read))).toBe(5);
  });

  test('is torn in the middle of a letter as well', async () => {
    await writeFile(file, Buffer.concat([Buffer.from('{"at":"x","type":"'), Buffer.from([0xe2, 0x9c])]));
    expect(await readJournal(file)).toMatchObject([{ code: 'JOURNAL_TORN' }]);
  });
});

describe('a journal that was changed', () => {
  const good = '{"at":"t","type":"verdicts.done","ms":1}\n';
  test.each([
    ['no JSON', 'garbage\n'],
    ['an empty line', '\n'],
    ['an unknown type', '{"at":"t","type":"toString"}\n'],
    ['a missing field', '{"at":"t","type":"clean","ms":1,"leftovers":[]}\n'],
    [
      'a verdict of no known kind',
      '{"at":"t","type":"verdict","unit":{"scenario":"a"},"claim":"c","verdict":{"kind":"fine"},"expected":"","seen":"","controlSeen":""}\n',
    ],
  ])('%s is an error with its line', async (_name, line) => {
    await writeFile(file, good + line + good);
    await expect(readJournal(file, { isRunning: true })).rejects.toMatchObject({
      code: 'JOURNAL_DAMAGED',
      exitCode: 5,
      message: expect.stringContaining('journal.ndjson:2 '),
    });
  });

  test.each([
    ['a verdict', (text: string) => text.replace('"holds"', '"contradicted","reasons":[]')],
    ['a letter of the evidence', (text: string) => text.replace('HTTP 200', 'HTTP 404')],
    ['a line less', (text: string) => text.replace(/.*"verdict".*\n/, '')],
    ['a line more', (text: string) => good + text],
    ['a line below the seal', (text: string) => text + good],
    ['no seal any more', (text: string) => text.replace(/.*"seal".*\n/, '')],
  ])('%s is noticed when it is read', async (_what, edit) => {
    write();
    const text = await readFile(file, 'utf8');
    expect(edit(text)).not.toBe(text);
    await writeFile(file, edit(text));
    await expect(readJournal(file)).rejects.toMatchObject({ code: 'JOURNAL_CHANGED', exitCode: 5 });
  });

  test('is noticed while the run goes on, too', async () => {
    const journal = writeWithoutEnd(events);
    expect(journal.check()).toBeUndefined();
    await appendFile(file, good);
    expect(journal.check()).toMatchObject({ code: 'JOURNAL_CHANGED', exitCode: 5 });
    journal.close();
    await expect(readJournal(file)).rejects.toMatchObject({ code: 'JOURNAL_CHANGED' });
  });

  test('a missing journal is the mistake of who asked for it', async () => {
    await expect(readJournal(join(folder, 'none'))).rejects.toMatchObject({ exitCode: 2 });
  });
});

test('an event that cannot be written does not stop the run, and is told at the end', async () => {
  const loop: Json[] = [];
  loop.push(loop);
  const journal = openJournal(file);
  const context = { loop };
  expect(() => journal.emit({ type: 'problem', code: 'X', message: '', exitCode: 4, context })).not.toThrow();
  journal.emit({ type: 'verdicts.done', ms: 1 });
  expect(() => journal.close()).toThrow(expect.objectContaining({ code: 'JOURNAL_INCOMPLETE', exitCode: 4 }));
  expect(await readJournal(file)).toMatchObject([{ type: 'verdicts.done' }, { code: 'JOURNAL_UNFINISHED' }]);
});

test('one broken sink does not keep events from the others', () => {
  const got: string[] = [];
  const broken: unknown[] = [];
  const sink = fanOut(
    [
      {
        emit: () => {
          throw new Error('full');
        },
      },
      { emit: (event) => got.push(event.type) },
    ],
    (error) => broken.push(error),
  );
  sink.emit({ type: 'verdicts.done', ms: 1 });
  sink.emit({ type: 'verdicts.done', ms: 1 });
  expect([got.length, broken.length]).toEqual([2, 1]);
});
