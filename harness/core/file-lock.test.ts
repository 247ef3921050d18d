import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Deadline } from './deadline.ts';
import { acquireFileLock } from './file-lock.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podproof-lock-'));
});
afterEach(() => rm(folder, { recursive: true }));

const soon = (ms = 5000): Deadline => Deadline.in(ms, 'the lock');

describe('acquireFileLock', () => {
  test('lets one holder in at a time', async () => {
    const path = join(folder, 'lock');
    let inside = 0;
    let most = 0;
    const enter = async (): Promise<void> => {
      await using _lock = await acquireFileLock(path, { deadline: soon() });
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inside -= 1;
    };
    await Promise.all([enter(), enter(), enter(), enter()]);
    expect(most).toBe(1);
  });

  test('names the owner while it waits and when it gives up', async () => {
    const path = join(folder, 'lock');
    const seen: number[] = [];
    await using _lock = await acquireFileLock(path, { deadline: soon() });
    const second = acquireFileLock(path, { deadline: soon(300), onWait: ({ pid }) => seen.push(pid) });
    await expect(second).rejects.toThrow(`held by process ${String(process.pid)}`);
    expect(seen[0]).toBe(process.pid);
  });

  test('takes over from a process that is gone, even when its pid is in use again', async () => {
    const path = join(folder, 'lock');
    for (const owner of [
      { pid: 4_194_304, startedAt: '1' }, // above the largest pid of Linux
      { pid: process.pid, startedAt: '1' },
    ]) {
      await writeFile(path, JSON.stringify(owner));
      await using _lock = await acquireFileLock(path, { deadline: soon() });
      expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ pid: process.pid });
    }
  });
});
