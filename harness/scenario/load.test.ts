import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { MALFORMED } from '../testing/malformed/all.ts';
import { filesOf } from '../testing/malformed/malformed.ts';
import { another, plant, SOUND, type Files } from '../testing/malformed/scenario-files.ts';
import { UsageError } from '../core/errors.ts';
import { loadScenarios } from './load.ts';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podproof-malformed-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Every line that is told about a set of files. */
async function toldAbout(files: Files, importMs = 60_000): Promise<readonly string[]> {
  const root = await mkdtemp(join(folder, 'case-'));
  await plant(root, files);
  const scenarios = join(root, 'scenarios');
  const error: unknown = await loadScenarios(scenarios, { importMs }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error === undefined) return [];
  if (!(error instanceof UsageError) || error.code !== 'SCENARIO_INVALID')
    throw new Error('another error than the one for malformed files', { cause: error });
  const [, ...lines] = error.message.split('\n');
  return lines.map((line) =>
    line.replaceAll(`${relative(process.cwd(), root)}/`, '').replaceAll('scenarios/', ''),
  );
}

describe('malformed scenarios', () => {
  const cases = MALFORMED.filter(({ needsNode }) => needsNode !== true).map((malformed) => ({
    ...malformed,
    title: `${malformed.id} ${malformed.what}`,
  }));

  test.each(cases)('$title', async (malformed) => {
    // Only the file that waits for nothing may find out how long the loader waits.
    const importMs = malformed.id === 'Y27' ? 300 : undefined;
    expect(await toldAbout(filesOf(malformed), importMs)).toEqual(malformed.told);
  });

  test('there is a case for each class that design and code know', () => {
    const classes = [...new Set(MALFORMED.map(({ id }) => id))].sort();
    expect(classes).toEqual(Array.from({ length: 30 }, (_, at) => `Y${String(at + 1).padStart(2, '0')}`));
  });
});

describe('loadScenarios', () => {
  test('a sound scenario has no mistake, nor have two', async () => {
    expect(await toldAbout(SOUND)).toEqual([]);
    expect(await toldAbout({ ...SOUND, ...another('two') })).toEqual([]);
  });

  test('the mistakes of all files are told at once', async () => {
    const told = await toldAbout({
      ...SOUND,
      ...another('two'),
      'scenarios/01-one/manifest.yaml': '',
      'scenarios/02-two/two.scenario.ts': 'export default 5;',
      'scenarios/03-three/README.md': '#',
    });
    expect(told.map((line) => line.split(/:|\s/)[0])).toEqual([
      '01-one/manifest.yaml',
      '02-two/two.scenario.ts',
      '03-three/manifest.yaml',
      '03-three/three.scenario.ts',
    ]);
  });

  test('a file with very many mistakes tells the first twenty and counts the rest', async () => {
    const keys = Array.from({ length: 30 }, (_, at) => `wrong${String(at)}: 1`).join('\n');
    const told = await toldAbout({
      ...SOUND,
      'scenarios/01-one/manifest.yaml': `apiVersion: v1\nkind: Pod\n${keys}\n`,
    });
    expect(told).toHaveLength(21);
    expect(told.at(-1)).toMatch(/^01-one\/manifest\.yaml {2}and \d+ more in this file\.$/);
  });

  test.each([
    ['is empty', { 'scenarios/README.md': '#' }, /^scenarios {2}holds no scenario\.$/],
    ['is not there', { 'x.md': '#' }, /^scenarios {2}there is no such folder\.$/],
    ['is a file', { scenarios: 'x' }, /^scenarios {2}is not a folder\.$/],
  ])('a folder of scenarios that %s is a mistake', async (_what, files, wanted) => {
    expect(await toldAbout(files)).toEqual([expect.stringMatching(wanted)]);
  });
});
