import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Deadline } from '../core/deadline.ts';
import { silentProgress } from '../core/progress.ts';
import { ScriptedRunner, type Script } from '../testing/scripted-runner.ts';
import { ensureRegistryImage, ensureWorkloadImage } from './engine-images.ts';

const FOLDERS = ['workload-image', 'node-image/pause', 'registry-image'];
const TAGS = ['localhost/podproof/workload:v1', 'localhost/podproof/registry:v1'];

let recipeDir: string;
beforeEach(async () => {
  recipeDir = await mkdtemp(join(tmpdir(), 'podproof-recipe-'));
  for (const folder of FOLDERS) {
    await mkdir(join(recipeDir, folder), { recursive: true });
    await writeFile(join(recipeDir, folder, 'Dockerfile'), 'FROM scratch\n');
  }
});
afterEach(() => rm(recipeDir, { recursive: true }));

/** Ensures both images. @returns the builds that it took, as command lines */
async function builds(script: Script): Promise<string[]> {
  const runner = new ScriptedRunner(script);
  const options = {
    runner,
    engine: { argv0: 'docker', env: {} },
    cacheDir: join(recipeDir, 'cache'),
    recipeDir,
    progress: silentProgress,
    deadline: Deadline.in(5000, 'the images'),
  };
  expect(await ensureWorkloadImage(options)).toBe(TAGS[0]);
  await ensureRegistryImage(options);
  return runner.calls.map(({ argv }) => argv.join(' ')).filter((call) => call.startsWith('docker build'));
}

/**
 * An engine that keeps the labels of what it built, as `docker image inspect` prints them, and what lost its name.
 * The ID of an image is its label here.
 */
function engine(): Script {
  const labels = new Map<string | undefined, string>();
  const built = new Set<string>();
  return (argv) => {
    const after = (flag: string): string => argv[argv.indexOf(flag) + 1] ?? '';
    const recipe = after('--label').split('=')[1] ?? '';
    if (argv[1] === 'build') {
      labels.set(after('--tag'), recipe);
      built.add(recipe);
    }
    const wanted = after('--filter').split('=').at(-1) ?? '';
    if (argv[2] === 'ls') return { stdout: built.has(wanted) ? `${wanted}\n` : '' };
    if (argv[2] === 'tag') labels.set(argv[4], argv[3] ?? '');
    if (argv[2] !== 'inspect') return undefined;
    const label = labels.get(argv.at(-1));
    return label === undefined ? { exitCode: 1, stderr: 'No such image' } : { stdout: `${label}\n` };
  };
}

describe('images that the engine builds', () => {
  test('are built once, and again when their recipe changed', async () => {
    const script = engine();
    const tagged = TAGS.map((tag): unknown => expect.stringContaining(`--tag ${tag} `));
    expect(await builds(script)).toEqual(tagged);
    expect(await builds(script)).toEqual([]);
    await writeFile(join(recipeDir, 'workload-image/Dockerfile'), 'FROM scratch\nCMD ["idle"]\n');
    expect(await builds(script)).toEqual([tagged[0]]);
    await writeFile(join(recipeDir, 'registry-image/main.go'), 'package main\n');
    expect(await builds(script)).toEqual([
      expect.stringContaining(`--file ${recipeDir}/registry-image/Dockerfile ${recipeDir}`),
    ]);
  });

  test('get their name back when another checkout has taken it, without being built again', async () => {
    const script = engine();
    const file = join(recipeDir, 'registry-image/Dockerfile');
    await builds(script);
    await writeFile(file, 'FROM scratch AS another\n');
    expect(await builds(script)).toHaveLength(1);
    await writeFile(file, 'FROM scratch\n');
    expect(await builds(script)).toEqual([]);
    expect(await builds(script)).toEqual([]);
  });

  test.each([
    ['WORKLOAD_IMAGE_UNAVAILABLE', 'workload'],
    ['REGISTRY_IMAGE_UNAVAILABLE', 'registry'],
  ])('%s names both reasons where neither the engine nor packages can make it', async (code, name) => {
    const good = engine();
    const refuses: Script = (argv, options) => {
      if (!argv.some((word) => word.includes(`/${name}:v1`))) return good(argv, options);
      return argv[1] === 'build' ? { exitCode: 1, stderr: 'pull access denied' } : { exitCode: 1 };
    };
    await expect(builds(refuses)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(/pull access denied.*From packages: .*node-image\/kubernetes/),
    });
  });
});
