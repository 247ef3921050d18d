import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Deadline } from '../core/deadline.ts';
import { unitName } from '../core/events.ts';
import { IntegrityError } from '../core/errors.ts';
import { done, hopeless, pending, poll } from '../core/poll.ts';
import { readJournal } from '../report/read-journal.ts';
import { summarize } from '../report/summary.ts';
import { judge } from '../scenario/judge.ts';
import { loadScenarios } from '../scenario/load.ts';

/**
 * The judge: one test for each planned claim of a recorded run. It reads the journal and never a cluster. Claims of
 * a scenario must hold; claims that a mutant must fell must be contradicted.
 */
const RECORD_MS = 30 * 60_000;
/** A long run writes megabytes, which nobody has to read ten times a second: few events follow the last verdict. */
const END_BYTES = 65_536;
const { PODPROOF_RUN: run = '', PODPROOF_SCENARIOS: folder = '', PODPROOF_PID: parent = '' } = process.env;
const journal = join(run, 'journal.ndjson');
await recordComplete(journal);
const summary = summarize(await readJournal(journal, { isRunning: true }));
const scenarios = await loadScenarios(folder);

/** Jest starts while the scenarios still run, so that its own start costs nobody time. */
async function recordComplete(file: string): Promise<void> {
  await poll(
    async () => {
      if ((await endOf(file)).includes('"type":"verdicts.done"')) return done(true);
      // A killed run writes no more, and nobody else would end this process. It may be gone before we began.
      return isAlive(Number(parent))
        ? pending('the scenarios still run')
        : hopeless(new IntegrityError('RUN_GONE', 'The run that is to be judged is gone.'));
    },
    { deadline: Deadline.in(RECORD_MS, 'the record to be complete'), pauseMs: 50, maxPauseMs: 100 },
  );
}

async function endOf(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, END_BYTES);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Not `process.ppid`: Jest gives its tests a copy of `process`, in which that number never changes. */
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

for (const unit of [...summary.scenarios, ...summary.mutants]) {
  const { mutant } = unit.planned;
  const scenario = scenarios.find(({ id }) => id === unit.planned.scenario);
  describe(unitName(unit.planned), () => {
    for (const { planned, subject, control } of unit.claims) {
      const claim = scenario?.claims.find(({ id }) => id === planned.id);
      const title = `${planned.id}: ${planned.must}${mutant === undefined ? '' : ' (must be contradicted here)'}`;
      if (planned.skip !== undefined) {
        test.skip(`${title} (skipped: ${planned.skip})`, () => undefined);
        continue;
      }
      test(title, () => {
        if (claim === undefined)
          throw new Error(`there is no claim ${planned.id} in scenario ${unit.planned.scenario}`);
        const verdict = judge(claim, { subject, control });
        if (mutant === undefined) expect(verdict).toEqual({ kind: 'holds' });
        else expect(verdict.kind).toBe('contradicted');
      });
    }
  });
}
