import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { loadScenarios } from './load.ts';
import { scaffold } from './scaffold.ts';

/** Below the project, because scenario files are TypeScript that imports from it. */
const root = await mkdtemp(fileURLToPath(new URL('../../node_modules/.scaffold-', import.meta.url)));
const scenarios = join(root, 'scenarios');
const door = fileURLToPath(new URL('../index.ts', import.meta.url));

afterAll(() => rm(root, { recursive: true }));

describe('scaffold', () => {
  test('writes a scenario that is valid as it is, numbered after the last one', async () => {
    await scaffold({ name: 'first-try', scenarios, door });
    await scaffold({ name: 'second-try', scenarios, door });
    expect(await readdir(scenarios)).toEqual(['01-first-try', '02-second-try']);
    const [first] = await loadScenarios(scenarios, { asAuthor: true });
    expect(first).toMatchObject({ id: 'first-try', claims: [{ id: 'cannot-write' }] });
    expect(first?.mutants).toHaveLength(2);
  });

  test('never writes into a scenario that is there', async () => {
    await expect(scaffold({ name: 'first-try', scenarios, door })).rejects.toThrow(
      'There is a scenario of that name',
    );
  });

  test.each(['', 'Name', '../x', 'a b', '-x', 'x'.repeat(41)])('refuses the name %j', async (name) => {
    const before = await readdir(root, { recursive: true });
    await expect(scaffold({ name, scenarios, door })).rejects.toThrow('cannot be the name of a scenario');
    expect(await readdir(root, { recursive: true })).toEqual(before);
  });
});
