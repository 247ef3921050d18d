import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { resolvePlaces, type Places } from '../config/places.ts';
import type { NewRunEvent, PlannedUnit } from '../core/events.ts';
import type { Observation } from '../core/observation.ts';
import type { Verdict } from '../core/verdict.ts';
import { writeBundle } from '../diagnostics/bundle.ts';
import { openJournal } from '../report/journal.ts';
import type { TextStyle } from '../report/text-style.ts';
import { evidence, STARTED } from '../testing/run-events.ts';
import { findRun } from './find-run.ts';
import { reportCommand } from './report-command.ts';

/** One real claim, so that its own expectations judge. */
const GUEST: PlannedUnit = {
  scenario: 'run-as-guest',
  title: 'A container with runAsUser 405 runs as guest',
  heading: 'Running a container as a specific user',
  lines: [80, 101],
  claims: [
    {
      id: 'id-says-guest',
      must: 'id MUST print guest',
      lines: [95, 101],
      subject: 'pod-as-user-guest',
      control: 'pod-without-su',
    },
  ],
};
const GUEST_ID = { uid: 405, user: 'guest', gid: 100, group: 'users' };
const ROOT_ID = { uid: 0, user: 'root', gid: 0, group: 'root' };

const style: TextStyle = { width: 100, color: false, unicode: true };
let folder: string;
let places: Places;
let printed: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podproof-report-'));
  places = { ...resolvePlaces({}), runs: folder };
  printed = '';
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const seen = (value: typeof GUEST_ID): Observation => ({ kind: 'seen', value, evidence: [evidence()] });

interface Recorded {
  readonly verdict: Verdict;
  readonly subject?: typeof GUEST_ID;
  readonly exitCode?: number;
  readonly claim?: string;
}

function eventsOf({
  verdict,
  subject = GUEST_ID,
  exitCode = 0,
  claim = 'id-says-guest',
}: Recorded): NewRunEvent[] {
  const unit = { scenario: GUEST.scenario };
  const planned = { ...GUEST, claims: GUEST.claims.map((each) => ({ ...each, id: claim })) };
  return [
    ...STARTED,
    { type: 'plan', units: [planned] },
    { type: 'observed', unit, claim, role: 'subject', observation: seen(subject) },
    { type: 'observed', unit, claim, role: 'control', observation: seen(ROOT_ID) },
    { type: 'verdict', unit, claim, verdict, expected: 'guest', seen: 'guest', controlSeen: 'root' },
    { type: 'unit.finished', unit, ms: 1 },
    { type: 'verdicts.done', ms: 2 },
    { type: 'run.finished', exitCode, ms: 3 },
  ];
}

async function store(name: string, events: readonly NewRunEvent[]): Promise<string> {
  const run = join(folder, name);
  await mkdir(run);
  const journal = openJournal(join(run, 'journal.ndjson'));
  for (const event of events) journal.emit(event);
  journal.close();
  return run;
}

async function report(run?: string): Promise<number> {
  const out = (text: string): void => void (printed += text);
  const terminal = { out, err: out, outStyle: style, errStyle: style, live: false };
  return reportCommand(run, { verbose: false }, places, terminal);
}

const HOLDS: Verdict = { kind: 'holds' };
const FALLS: Verdict = { kind: 'contradicted', reasons: [] };

describe('showing a stored run again', () => {
  test('prints what the run printed and ends as it did', async () => {
    await store('2026-11-27T20-56-00-abc123', eventsOf({ verdict: HOLDS }));
    expect(await report()).toBe(0);
    expect(printed).toContain('✔ id MUST print guest');
    expect(printed).toContain('1 scenario · 1 claim · 1 holds');
  });

  test('a contradicted claim is exit 1 again', async () => {
    await store('2026-11-27T20-56-00-abc123', eventsOf({ verdict: FALLS, subject: ROOT_ID, exitCode: 1 }));
    expect(await report('abc123')).toBe(1);
  });

  test.each<[string, Recorded, string]>([
    [
      'a verdict that was made green',
      { verdict: HOLDS, subject: ROOT_ID },
      'holds in the record, contradicted when',
    ],
    [
      'a verdict that was made red',
      { verdict: FALLS, exitCode: 1 },
      'contradicted in the record, holds when',
    ],
    [
      'an exit code that was made green',
      { verdict: FALLS, subject: ROOT_ID, exitCode: 0 },
      'says exit 0, but',
    ],
    ['a claim that nobody knows', { verdict: HOLDS, claim: 'invented' }, 'have no such claim'],
  ])('%s is exit 5 and named', async (_what, recorded, text) => {
    await store('2026-11-27T20-56-00-abc123', eventsOf(recorded));
    expect(await report()).toBe(5);
    expect(printed).toContain(text);
  });

  test('a run that was killed is shown as far as it came, and is not green', async () => {
    await store('2026-11-27T20-56-00-abc123', eventsOf({ verdict: HOLDS }).slice(0, -4));
    expect(await report()).toBe(5);
    expect(printed).toContain('0 hold · 0 contradicted · 0 inconclusive · 0 skipped · 1 without a verdict');
  });

  test('a bundle is as good as the run folder', async () => {
    const run = await store('2026-11-27T20-56-00-abc123', eventsOf({ verdict: HOLDS }));
    const { events } = await findRun(run, places);
    const content = Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    const bundle = join(folder, 'bundle.tar.gz');
    await writeBundle(bundle, [{ name: 'podproof-abc123/run/journal.ndjson', content }], new Date());
    expect(await report(bundle)).toBe(0);
    await writeBundle(join(folder, 'empty.tar.gz'), [{ name: 'x', content }], new Date());
    await expect(report(join(folder, 'empty.tar.gz'))).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
  });

  test('the newest run is meant when none is named; what is no run is a usage error', async () => {
    await expect(report()).rejects.toMatchObject({ code: 'RUN_NOT_FOUND', exitCode: 2 });
    await store('2026-11-27T20-56-00-abc123', eventsOf({ verdict: HOLDS }));
    await store('2026-11-28T20-56-00-def456', eventsOf({ verdict: FALLS, subject: ROOT_ID, exitCode: 1 }));
    await mkdir(join(folder, 'ci-2027'));
    expect(await report()).toBe(1);
    await expect(report('nope')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    await expect(report(folder)).rejects.toMatchObject({ code: 'JOURNAL_NOT_READABLE', exitCode: 2 });
  });
});
