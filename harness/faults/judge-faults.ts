import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SOUND } from '../testing/malformed/scenario-files.ts';
import type { Fault } from './fault.ts';

const JUDGE = 'harness/jest/judge.spec.ts';
const A_TEST = 'test(title, () => {';

/** F48 continued: a judge that was tampered with does not agree with the run, whatever Jest's exit code says. */
export const JUDGE_FAULTS: readonly Fault[] = [
  tampered('skips every test', A_TEST, 'test.skip(title, () => {'),
  tampered('runs only one test', A_TEST, '(mutant === undefined ? test.only : test)(title, () => {'),
  tampered(
    'has a filter that matches nothing',
    'for (const unit of [...summary.scenarios, ...summary.mutants])',
    'for (const unit of summary.mutants.slice(9))',
  ),
  tampered(
    'throws in a hook',
    'for (const unit of',
    "import { beforeAll } from '@jest/globals';\nbeforeAll(() => { throw new Error('hook'); });\nfor (const unit of",
  ),
  tampered('ends its process with 0', 'for (const unit of', 'process.exit(0);\nfor (const unit of'),
  tampered('finds everything fine', 'const verdict = judge(claim, { subject, control });', 'return;', 'liar'),
  changed('a judge that is not there', 5, (file) => rm(file)),
  // The control: otherwise the copy itself could be what the run complains about.
  changed('a judge that was copied and is as it was', 0, () => Promise.resolve()),
];

function tampered(what: string, from: string, to: string, cluster = 'honest'): Fault {
  const edit = async (file: string): Promise<void> => {
    const text = await readFile(file, 'utf8');
    if (!text.includes(from)) throw new Error(`the judge has no ${from}`);
    await writeFile(
      file,
      text.replace(from, () => to),
    );
  };
  return changed(`a judge that ${what}`, 5, edit, cluster);
}

function changed(
  what: string,
  exit: 0 | 5,
  change: (file: string) => Promise<void>,
  PODPROOF_FAKE = 'honest',
): Fault {
  return {
    id: 'F48',
    what,
    exit,
    tells: exit === 0 ? ['judged again by jest'] : ['INTEGRITY'],
    withinMs: 45_000,
    run: async (bench) => {
      const project = await bench.copyOfProject();
      await change(join(project, JUDGE));
      await bench.plant(SOUND);
      return bench.fakePodproof(['run', '--mutants'], { PODPROOF_FAKE }, project).ended;
    },
  };
}
