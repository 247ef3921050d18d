import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Deadline } from '../core/deadline.ts';
import { silentProgress } from '../core/progress.ts';
import { ScriptedRunner, type Script } from '../testing/scripted-runner.ts';
import { ensureWorkloadImage } from './engine-images.ts';

let recipeDir: string;
beforeEach(async () => {
  recipeDir = await mkdtemp(join(tmpdir(), 'podproof-recipe-'));
  await mkdir(join(recipeDir, 'workload-image'));
  await mkdir(join(recipeDir, 'node-image/pause'), { recursive: true });
  await writeFile(join(recipeDir, 'workload-image/Dockerfile'), 'FROM scratch\n');
});
afterEach(() => rm(recipeDir, { recursive: true }));

async function ensure(script: Script): Promise<string[]> {
  const runner = new ScriptedRunner(script);
  const image = await ensureWorkloadImage({
    runner,
    engine: { argv0: 'docker', env: {} },
    cacheDir: join(recipeDir, 'cache'),
    recipeDir,
    progress: silentProgress,
    deadline: Deadline.in(5000, 'the workload image'),
  });
  expect(image).toBe('localhost/podproof/workload:v1');
  return runner.calls.map(({ argv }) => argv.join(' '));
}

/** An engine that keeps the label of what it built, as `docker image inspect` prints it. */
function engine(): Script {
  let label: string | undefined;
  return (argv) => {
    if (argv[1] === 'build') label = argv[argv.indexOf('--label') + 1]?.split('=')[1];
    if (argv[2] !== 'inspect') return undefined;
    return label === undefined ? { exitCode: 1, stderr: 'No such image' } : { stdout: `${label}\n` };
  };
}

describe('the workload image alone', () => {
  test('is built once, and again when the recipe changed', async () => {
    const script = engine();
    const builds = async (): Promise<number> =>
      (await ensure(script)).filter((call) => call.startsWith('docker build')).length;
    expect([await builds(), await builds()]).toEqual([1, 0]);
    await writeFile(join(recipeDir, 'workload-image/Dockerfile'), 'FROM scratch\nCMD ["idle"]\n');
    expect(await builds()).toBe(1);
  });

  test('names both reasons where neither the engine nor packages can make it', async () => {
    const refused: Script = (argv) =>
      argv[1] === 'build' ? { exitCode: 1, stderr: 'pull access denied' } : { exitCode: 1 };
    await expect(ensure(refused)).rejects.toMatchObject({
      code: 'WORKLOAD_IMAGE_UNAVAILABLE',
      message: expect.stringMatching(/pull access denied.*From packages: .*go\.mod/),
    });
  });
});
