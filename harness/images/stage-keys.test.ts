import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { chmod, mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Stage } from './stage.ts';
import { stageKeys } from './stage-keys.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podproof-keys-'));
  await mkdir(join(folder, 'deep'));
  await writeFile(join(folder, 'deep/main.go'), 'package main');
});
afterEach(() => rm(folder, { recursive: true }));

const base: Stage = {
  name: 'binary',
  title: 'the binary',
  estimateMs: 1,
  lane: 'cpu',
  needs: [],
  inputs: [],
  settings: { version: 'v1.37.2' },
  build: () => Promise.resolve(),
};
const image: Stage = { ...base, name: 'image', needs: ['binary'] };

async function keys(change: Partial<Stage> = {}): Promise<(string | undefined)[]> {
  const found = await stageKeys([{ ...base, inputs: [folder], ...change }, image]);
  return [found.get('binary'), found.get('image')];
}

describe('keys of stages', () => {
  test('stay the same for equal content, whatever its age, its tests, its title and the estimate', async () => {
    const before = await keys();
    await utimes(join(folder, 'deep/main.go'), 1, 1);
    await writeFile(join(folder, 'deep/main_test.go'), 'package main');
    expect(await keys({ title: 'another title', estimateMs: 99 })).toEqual(before);
    expect(before[0]).toMatch(/^[0-9a-f]{12}$/);
  });

  test.each<[string, () => Promise<void>]>([
    ['a changed file', () => writeFile(join(folder, 'deep/main.go'), 'package other')],
    ['a new file', () => writeFile(join(folder, 'new.go'), '')],
    ['an executable bit', () => chmod(join(folder, 'deep/main.go'), 0o755)],
  ])('change with %s, for the stage and for what is built on it', async (_, change) => {
    const [binary, built] = await keys();
    await change();
    const [binaryAfter, builtAfter] = await keys();
    expect(binaryAfter).not.toBe(binary);
    expect(builtAfter).not.toBe(built);
  });

  test('change with a setting', async () => {
    expect(await keys({ settings: { version: 'v1.38.0' } })).not.toEqual(await keys());
  });

  test('a stage that needs itself or a stranger is a bug', async () => {
    await expect(stageKeys([{ ...base, needs: ['binary'] }])).rejects.toThrow('binary');
    await expect(stageKeys([image])).rejects.toThrow('binary');
  });
});
