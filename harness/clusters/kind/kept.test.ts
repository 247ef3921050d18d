import { readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { stateFolder } from '../cluster-record.ts';
import { WORKLOAD } from './fake-world.ts';
import { openWorldBench, SPEC, within, type WorldBench } from './world-bench.ts';

let bench: WorldBench;

beforeEach(async () => {
  bench = await openWorldBench();
});

afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

describe('kept clusters', () => {
  const keep = async (): Promise<string> => {
    const { name } = await bench.kind.create(SPEC, within());
    await bench.kind.keep(name);
    return name;
  };
  const editRecord = async (name: string, from: string | RegExp, to: string): Promise<void> => {
    const file = stateFolder(bench.cacheDir, name).file('record.json');
    await writeFile(file, (await readFile(file, 'utf8')).replace(from, to));
  };

  test('are taken over when everything fits', async () => {
    const name = await keep();
    const found = await bench.kind.findKept(SPEC, within());
    expect(found).toMatchObject({ name, reused: true, workloadImage: WORKLOAD });
    expect(found?.facts['kind']).toBe('0.33.0');
  });

  test('tell the same facts as on the day they were made, and are limited as they say', async () => {
    const { name, facts } = await bench.kind.create(SPEC, within());
    await bench.kind.keep(name);
    bench.world.taskLimits.clear();
    const found = await bench.kind.findKept(SPEC, within());
    expect(found?.facts).toEqual(facts);
    expect([...bench.world.taskLimits.keys()]).toEqual(found?.nodes.map((node) => node.name));
  });

  test('one that was not kept is not taken over', async () => {
    await bench.kind.create(SPEC, within());
    expect(await bench.kind.findKept(SPEC, within())).toBeUndefined();
  });

  test.each([
    ['another number of nodes', { nodes: 3 }, () => undefined],
    [
      'a stopped node',
      SPEC,
      () => bench.world.containers.delete([...bench.world.containers.keys()][0] ?? ''),
    ],
    ['a node without the workload', SPEC, () => (bench.world.imagesInNodes = [])],
  ])('%s: left alone', async (_why, wanted, change) => {
    const name = await keep();
    change();
    expect(await bench.kind.findKept(wanted, within())).toBeUndefined();
    expect(await bench.kind.list()).toMatchObject([{ name, kept: true }]);
  });

  test.each([
    ['of another engine', /unix:\/\/\/fake\.sock/, 'unix:///other.sock'],
    ['from before the last boot', /"bootId": "[^"]+"/, '"bootId": "00000000"'],
    [
      'that another live process uses',
      /"owner": \{[^}]*\}/s,
      '"owner": {"pid":1,"startedAt":"","bootId":""}',
    ],
  ])('one %s is left alone', async (_why, from, to) => {
    const name = await keep();
    await editRecord(name, from, to);
    // An empty boot id never equals ours, so give process 1 the real one.
    const own = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
    await editRecord(name, '"bootId":""', `"bootId":"${own.trim()}"`);
    expect(await bench.kind.findKept(SPEC, within())).toBeUndefined();
  });
});

describe('a kept cluster that does not work any more', () => {
  test('is told of, with the reason: it stays beside the one that is made instead', async () => {
    const { name } = await bench.kind.create(SPEC, within());
    await bench.kind.keep(name);
    bench.world.imagesInNodes = [];
    const told: string[] = [];
    const onLeftAlone = (what: string): void => void told.push(what);
    expect(await bench.kind.findKept(SPEC, { ...within(), onLeftAlone })).toBeUndefined();
    const why = 'it does not work any more: a node lacks the workload image';
    expect(told).toEqual([expect.stringContaining(`cluster ${name}, kept by an earlier run, but ${why}`)]);
  });
});

describe('listing', () => {
  test('tells whose each cluster is', async () => {
    const { name } = await bench.kind.create(SPEC, within());
    expect(await bench.kind.list()).toMatchObject([
      { name, owner: 'this process', kept: false, reachable: true },
    ]);
    await writeFile(stateFolder(bench.cacheDir, name).file('record.json'), '{"schema":1,');
    expect(await bench.kind.list()).toMatchObject([{ name, owner: 'unreadable' }]);
  });
});
