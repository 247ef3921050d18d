import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { dropLease, liveLeases, takeLease } from './leases.ts';
import type { ProcessTable } from '../../core/process-identity.ts';

/** A machine with chosen processes. */
class FakeProcesses implements ProcessTable {
  readonly running = new Map<number, string>();
  boot = 'first-boot';
  startedAt(pid: number): Promise<string | undefined> {
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
