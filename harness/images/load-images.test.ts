import { describe, expect, test } from '@jest/globals';
import { Deadline } from '../core/deadline.ts';
import { silentProgress } from '../core/progress.ts';
import { ScriptedRunner, type ScriptedAnswer } from '../testing/scripted-runner.ts';
import { loadImages } from './load-images.ts';

const images = {
  file: '/cache/images/images-0/images.tar',
  node: 'podproof-node:v1.37.2-0123456789ab',
  workload: 'localhost/podproof/workload:v1',
  workloadId: 'sha256:aa',
  registry: 'localhost/podproof/registry:v1',
  registryId: 'sha256:dd',
};

/** What got a name in the last `load`. */
let tagged: string[][] = [];

/** An engine that has the given images, as `docker image inspect` answers. */
async function load(
  present: Readonly<Record<string, string>>,
  onLoad: ScriptedAnswer = {},
): Promise<string[][]> {
  const runner = new ScriptedRunner((argv) => {
    if (argv[1] === 'load') return onLoad;
    // Only what is there can get a name.
    if (argv[2] === 'tag') return Object.values(present).includes(argv[3] ?? '') ? {} : { exitCode: 1 };
    const id = present[argv.at(-1) ?? ''];
    return id === undefined ? { exitCode: 1, stderr: 'Error: No such image' } : { stdout: `${id}\n` };
  });
  await loadImages({
    runner,
    engine: { argv0: '/cache/engine/docker', env: { DOCKER_HOST: 'unix:///e.sock' } },
    deadline: Deadline.in(5000, 'the images'),
    progress: silentProgress,
    images,
  });
  tagged = runner.calls.filter(({ argv }) => argv[2] === 'tag').map(({ argv }) => argv.slice(3));
  expect(runner.calls.every(({ options }) => options.env?.['DOCKER_HOST'] === 'unix:///e.sock')).toBe(true);
  return runner.calls.filter(({ argv }) => argv[1] === 'load').map(({ argv }) => [...argv]);
}

const NODE = { [images.node]: 'sha256:bb' };
const WORKLOAD = { [images.workload]: 'sha256:aa' };
const REGISTRY = { [images.registry]: 'sha256:dd' };

describe('bringing the images into the engine', () => {
  test('loads nothing that is there', async () => {
    expect(await load({ ...NODE, ...WORKLOAD, ...REGISTRY })).toEqual([]);
  });

  test('gives a name back that another checkout took for an image of its own', async () => {
    const taken = { ...NODE, ...REGISTRY, [images.workload]: 'sha256:cc', '<none>': images.workloadId };
    expect(await load(taken)).toEqual([]);
    expect(tagged).toEqual([[images.workloadId, images.workload]]);
  });

  test.each([
    ['an empty engine', {}],
    ['the node image only', NODE],
    ['all but the registry', { ...NODE, ...WORKLOAD }],
    [
      'a workload of an older recipe under the same name',
      { ...NODE, ...REGISTRY, [images.workload]: 'sha256:cc' },
    ],
  ])('loads the archive into %s', async (_, present) => {
    expect(await load(present)).toEqual([
      ['/cache/engine/docker', 'load', '--quiet', '--input', images.file],
    ]);
  });

  test('says why the engine refused', async () => {
    const full = { exitCode: 1, stderr: 'write /data/layer: no space left on device' };
    await expect(load({}, full)).rejects.toMatchObject({
      code: 'IMAGE_LOAD_FAILED',
      message: expect.stringContaining('no space left'),
    });
  });
});
