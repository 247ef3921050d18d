import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { dropLease, liveLeases, takeLease } from './leases.ts';
import { isRunning, parseIdentity, parseStartTime, type ProcessTable } from './process-identity.ts';

/** A machine with chosen processes. */
class FakeProcesses implements ProcessTable {
  readonly running = new Map<number, string>();
  boot = 'first-boot';
  startTime(pid: number): Promise<string | undefined> {
    return Promise.resolve(this.running.get(pid));
  }
  bootId(): Promise<string> {
    return Promise.resolve(this.boot);
  }
}

describe('leases', () => {
  let folder = '';
  let processes = new FakeProcesses();
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'podproof-leases-'));
    processes = new FakeProcesses();
    processes.running.set(100, '5000').set(200, '6000');
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  const users = async (): Promise<readonly number[]> =>
    (await liveLeases(folder, processes)).map((lease) => lease.pid);

  test('counts each use until it is dropped', async () => {
    const first = await takeLease(folder, processes, 100);
    const second = await takeLease(folder, processes, 100);
    await takeLease(folder, processes, 200);
    expect(await users()).toEqual([100, 100, 200]);
    await dropLease(first);
    await dropLease(second);
    expect(await users()).toEqual([200]);
  });

  test('a process that died uses nothing any more, and its file goes', async () => {
    await takeLease(folder, processes, 100);
    processes.running.delete(100);
    expect(await users()).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });

  test('a later process with the same pid is somebody else', async () => {
    await takeLease(folder, processes, 100);
    processes.running.set(100, '9999');
    expect(await users()).toEqual([]);
  });

  test('no lease outlives a reboot, even with pid and start time equal', async () => {
    await takeLease(folder, processes, 100);
    processes.boot = 'second-boot';
    expect(await users()).toEqual([]);
  });

  test.each(['', '{', 'null', '[]', '{"pid":"100"}', '{"pid":1,"startTime":"1","bootId":"first-boot"}'])(
    'the file %j is no lease',
    async (text) => {
      await writeFile(join(folder, 'x.json'), text);
      expect(await users()).toEqual([]);
    },
  );

  test('nobody can use the engine in the name of a process that is not there', async () => {
    await expect(takeLease(folder, processes, 300)).rejects.toMatchObject({ code: 'LEASE_FAILED' });
  });
});

describe('process identity', () => {
  test('reads the start time behind a hostile command name', () => {
    const stat =
      '4242 (a) b (c)) S 1 4242 4242 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 123456 1 1 1 1 1 1 1 0 0 0';
    expect(parseStartTime(stat)).toBe('123456');
    expect(parseStartTime(stat.replace(') S ', ') Z '))).toBeUndefined();
  });

  test('never takes pid 0 or 1 for ours: they would be killed', () => {
    expect(parseIdentity({ pid: 1, startTime: '1', bootId: 'b' })).toBeUndefined();
    expect(parseIdentity({ pid: 0, startTime: '1', bootId: 'b' })).toBeUndefined();
    expect(parseIdentity({ pid: -5, startTime: '1', bootId: 'b' })).toBeUndefined();
  });

  test('compares all three parts', async () => {
    const processes = new FakeProcesses();
    processes.running.set(7, '1');
    expect(await isRunning({ pid: 7, startTime: '1', bootId: 'first-boot' }, processes)).toBe(true);
    expect(await isRunning({ pid: 7, startTime: '2', bootId: 'first-boot' }, processes)).toBe(false);
    expect(await isRunning({ pid: 7, startTime: '1', bootId: 'other' }, processes)).toBe(false);
  });
});
