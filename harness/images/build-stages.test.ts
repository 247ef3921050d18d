import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Deadline } from '../core/deadline.ts';
import { EnvironmentError } from '../core/errors.ts';
import { silentProgress } from '../core/progress.ts';
import { buildStages } from './build-stages.ts';
import type { Stage, StageJob } from './stage.ts';
import { stageKeys } from './stage-keys.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podproof-stages-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** rootfs and binary are independent; image needs both. */
function stages(build: (name: string, job: StageJob) => Promise<void>): Stage[] {
  const stage = (name: string, needs: string[]): Stage => ({
    name,
    title: name,
    estimateMs: 1,
    lane: 'cpu',
    needs,
    inputs: [],
    settings: {},
    build: (job) => build(name, job),
  });
  return [stage('rootfs', []), stage('binary', []), stage('image', ['rootfs', 'binary'])];
}

async function run(list: readonly Stage[], deadline = Deadline.in(5000, 'the build')): Promise<string> {
  const keys = await stageKeys(list);
  return buildStages(list, 'image', {
    folder,
    keys,
    deadline,
    progress: silentProgress,
    widths: { cpu: 2, network: 1 },
  });
}

describe('building stages', () => {
  test('builds what is needed, once, and nothing the second time', async () => {
    const built: string[] = [];
    const list = stages(async (name, job) => {
      built.push(name);
      const below = name === 'image' ? await readFile(join(job.folderOf('rootfs'), 'file'), 'utf8') : '';
      await writeFile(join(job.into, 'file'), `${below}${name}`);
    });
    const first = await run(list);
    expect(await readFile(join(first, 'file'), 'utf8')).toBe('rootfsimage');
    expect(await run(list)).toBe(first);
    expect(built.toSorted()).toEqual(['binary', 'image', 'rootfs']);
  });

  test('goes on after an interrupt with what was finished, and never takes half a result', async () => {
    const built: string[] = [];
    const found: string[] = [];
    const interrupted = new AbortController();
    const list = (crash: boolean): Stage[] =>
      stages(async (name, job) => {
        built.push(name);
        found.push(...(await readdir(job.into)));
        await writeFile(join(job.into, 'file'), 'half');
        if (name === 'image' && crash) {
          interrupted.abort(new Error('Ctrl-C'));
          job.deadline.signal.throwIfAborted();
        }
      });
    const deadline = Deadline.in(5000, 'the build', interrupted.signal);
    await expect(run(list(true), deadline)).rejects.toThrow('Ctrl-C');
    await run(list(false));
    expect(built.toSorted()).toEqual(['binary', 'image', 'image', 'rootfs']);
    expect(found).toEqual([]);
    expect((await readdir(folder)).filter((name) => name.startsWith('partial'))).toEqual([]);
  });

  test('a failed stage stops the others and its own error comes out', async () => {
    let stopped = false;
    const list = stages(async (name, job) => {
      if (name === 'binary') throw new EnvironmentError('GO_MODULES_UNAVAILABLE', 'Could not download a@v1');
      const { signal } = job.deadline;
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve());
        if (signal.aborted) resolve();
      });
      stopped = true;
      job.deadline.signal.throwIfAborted();
    });
    await expect(run(list)).rejects.toMatchObject({ code: 'GO_MODULES_UNAVAILABLE' });
    expect(stopped).toBe(true);
  });

  test('after a failure no further stage starts, not even the next in the lane', async () => {
    const started: string[] = [];
    const [rootfs, , image] = stages(async (name) => {
      started.push(name);
      await Promise.resolve();
      throw new Error(`${name} is broken`);
    });
    if (rootfs === undefined || image === undefined) throw new Error('the fixture has three stages');
    const many = ['a', 'b', 'c', 'd'].map((name): Stage => ({
      ...rootfs,
      name,
      lane: 'network',
      build: (job) => {
        started.push(name);
        return rootfs.build(job);
      },
    }));
    await expect(run([...many, { ...image, needs: ['a', 'b', 'c', 'd'] }])).rejects.toThrow('broken');
    expect(started.filter((name) => name.length === 1)).toHaveLength(1);
  });

  test('never runs more of a lane at once than its width', async () => {
    let inside = 0;
    let most = 0;
    const work = async (name: string): Promise<void> => {
      if (name === 'image') return;
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inside -= 1;
    };
    const [rootfs, , image] = stages(work);
    if (rootfs === undefined || image === undefined) throw new Error('the fixture has three stages');
    const wide = ['a', 'b', 'c', 'd', 'e'].map((name): Stage => ({ ...rootfs, name }));
    await run([...wide, { ...image, needs: wide.map(({ name }) => name) }]);
    expect(most).toBe(2);
  });
});
