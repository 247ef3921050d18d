import { appendFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { resolvePlaces } from '../config/places.ts';
import { inputsOf } from './cell-command.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'podproof-inputs-'));
  const recipes = (await readdir(resolvePlaces({}).recipes)).filter((name) => name.endsWith('-image'));
  for (const folder of ['harness', 'scenarios', ...recipes]) {
    await mkdir(join(root, folder));
    await writeFile(join(root, folder, 'file'), 'before');
  }
  await writeFile(join(root, 'package-lock.json'), '{}');
});
afterEach(() => rm(root, { recursive: true }));

async function fingerprint(env: Readonly<Record<string, string>> = {}): Promise<string> {
  const places = { ...resolvePlaces({}), root, recipes: root, scenarios: join(root, 'scenarios') };
  return (await inputsOf(places, env))(['run']);
}

test('whatever decides what comes out of a cell changes its fingerprint: every recipe is among it', async () => {
  const changed = (await readdir(root)).map((name) => (name.includes('.') ? name : `${name}/file`));
  const seen = [await fingerprint()];
  expect(await fingerprint()).toBe(seen[0]);
  for (const file of changed) {
    await appendFile(join(root, file), ' ');
    seen.push(await fingerprint());
  }
  seen.push(await fingerprint({ DOCKER_HOST: 'unix:///other.sock' }));
  expect(changed).toContain('k3s-image/file');
  expect(new Set(seen).size).toBe(seen.length);
});
