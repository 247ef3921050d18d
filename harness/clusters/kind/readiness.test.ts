import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readyNode } from './fake-world.ts';
import { openWorldBench, within, type WorldBench } from './world-bench.ts';

let bench: WorldBench;

beforeEach(async () => {
  bench = await openWorldBench();
});

afterEach(async () => {
  await bench[Symbol.asyncDispose]();
});

describe('waiting for a cluster', () => {
  test('a node that is Ready but still tainted is waited for, and named when time runs out', async () => {
    const starting = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };
    bench.world.nodes = (names) =>
      names.map((name) => readyNode(name, name.endsWith('worker') ? [starting] : []));
    const { error } = await bench.failingCreate(within(600));
    expect(error).toMatchObject({ code: 'TIMEOUT', message: expect.stringContaining('1/2 nodes Ready') });
    expect(error).toMatchObject({ message: expect.stringContaining('worker: Ready, but still tainted') });
  });

  test('missing DNS and a missing ServiceAccount are waited for', async () => {
    bench.world.dns = undefined;
    bench.world.account = undefined;
    const { error } = await bench.failingCreate(within(500));
    expect(error).toMatchObject({
      message: expect.stringMatching(/CoreDNS is not deployed yet; the default ServiceAccount is missing/),
    });
  });

  test('a node container that stopped ends the wait at once with its last words', async () => {
    bench.world.nodes = (names) => {
      const worker = bench.world.containers.get(names.find((name) => name.endsWith('worker')) ?? '');
      if (worker)
        bench.world.containers.set(worker.name, {
          ...worker,
          state: 'exited',
          running: false,
          exitCode: 255,
        });
      return [];
    };
    const { error, name } = await bench.failingCreate(within(20_000));
    expect(error).toMatchObject({ code: 'NODE_STOPPED', message: expect.stringContaining('last words') });
    expect(await bench.leftovers(name)).toEqual([]);
  });

  test('DNS whose image nobody has ends the wait at once', async () => {
    bench.world.dns = undefined;
    const waiting = { reason: 'ErrImageNeverPull', message: 'coredns is not present' };
    bench.world.dnsPods = [
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'coredns-1' },
        status: {
          containerStatuses: [{ name: 'coredns', ready: false, restartCount: 0, state: { waiting } }],
        },
      },
    ];
    const { error } = await bench.failingCreate(within(20_000));
    expect(error).toMatchObject({
      code: 'DNS_CANNOT_START',
      message: expect.stringContaining('is not present'),
    });
  });
});
