import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { stateFolder } from '../cluster-record.ts';
import { addHelper } from './fake-world.ts';
import { openWorldBench, SPEC, within, type WorldBench } from './world-bench.ts';

let bench: WorldBench;

beforeEach(async () => {
  bench = await openWorldBench();
});

afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

describe('destroying', () => {
  test('takes nodes, volumes, files and the network that we made', async () => {
    const { name } = await bench.kind.create(SPEC, within());
    await bench.kind.destroy(name, within().deadline);
    expect(await bench.leftovers(name)).toEqual([]);
  });

  test('leaves a network that was there before', async () => {
    bench.world.networks.set('kind', 'of the user');
    const { name } = await bench.kind.create(SPEC, within());
    await bench.kind.destroy(name, within().deadline);
    expect(bench.world.networks.has('kind')).toBe(true);
  });

  test('with two clusters the last one takes the network', async () => {
    const first = await bench.kind.create(SPEC, within());
    const nodesOfBoth = bench.world.nodes;
    bench.world.nodes = (names) => nodesOfBoth(names.filter((name) => !name.startsWith(first.name)));
    const second = await bench.kind.create(SPEC, within());
    await bench.kind.destroy(first.name, within().deadline);
    expect(bench.world.networks.has('kind')).toBe(true);
    await bench.kind.destroy(second.name, within().deadline);
    expect(await bench.leftovers(second.name)).toEqual([]);
  });

  test.each(['outsider', 'registry'])('waits for the %s that a killed run was starting', async (helper) => {
    const { name } = await bench.kind.create(SPEC, within());
    const folder = stateFolder(bench.cacheDir, name);
    const record = await folder.read();
    if (record === undefined) throw new Error('there is no record');
    await folder.write({ ...record, owner: { ...record.owner, pid: 1, startedAt: 'never' } });
    bench.world.beingCreated.add(`${name}-${helper}`);
    const late = Promise.withResolvers<void>();
    setTimeout(() => {
      addHelper(bench.world, name, helper);
      bench.world.beingCreated.delete(`${name}-${helper}`);
      late.resolve();
    }, 200);
    await bench.kind.destroy(name, within().deadline);
    await late.promise;
    expect(await bench.leftovers(name)).toEqual([]);
  });

  test('is fine when there is nothing', async () => {
    await bench.kind.destroy('podproof-ffffff', within().deadline);
    expect([...bench.world.volumes]).toEqual(['of somebody else']);
  });

  test('never touches a name that is not of podproof', async () => {
    await expect(bench.kind.destroy('../../home', within().deadline)).rejects.toThrow(/Not a cluster name/);
  });
});
