import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { Deadline } from './deadline.ts';
import { done, pending, poll } from './poll.ts';
import { identityOf, isAlive, parseIdentity, parseStat, type ProcessTable } from './process-identity.ts';

describe('process identity', () => {
  test('this process is alive', async () => {
    expect(await isAlive(await identityOf())).toBe(true);
  });

  test('another process that got the same number is not taken for the old one', async () => {
    const own = await identityOf();
    expect(await isAlive({ ...own, startedAt: '1' })).toBe(false);
  });

  test('nothing survives a reboot', async () => {
    const own = await identityOf();
    expect(await isAlive({ ...own, bootId: '00000000-0000-0000-0000-000000000000' })).toBe(false);
  });

  test('a zombie is dead, although it still has its number and its start time', async () => {
    // The shell starts a child and becomes a `sleep` that never asks how the child ended.
    const parent = spawn('sh', ['-c', 'sleep 30 & echo $!; exec sleep 30'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      const [text] = (await once(parent.stdout, 'data')) as [Buffer];
      const child = await identityOf(Number(String(text)));
      expect(await isAlive(child)).toBe(true);
      process.kill(child.pid, 'SIGKILL');
      await poll(async () => ((await isAlive(child)) ? pending('alive') : done(undefined)), {
        deadline: Deadline.in(3000, 'the zombie'),
        pauseMs: 10,
      });
      expect(() => process.kill(child.pid, 0)).not.toThrow();
    } finally {
      parent.kill('SIGKILL');
    }
  });

  test('a number that nobody has is dead', async () => {
    expect(await isAlive({ pid: 2 ** 22 + 1, startedAt: '', bootId: '' })).toBe(false);
  });

  test('reads the start time behind a hostile command name', () => {
    const stat =
      '4242 (a) b (c)) S 1 4242 4242 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 123456 1 1 1 1 1 1 1 0 0 0';
    expect(parseStat(stat)).toBe('123456');
    expect(parseStat(stat.replace(') S ', ') Z '))).toBeUndefined();
  });

  test('reads back what was written, also as it was called earlier', () => {
    const own = { pid: 7, startedAt: '1', bootId: 'b' };
    expect(parseIdentity(own)).toEqual(own);
    expect(parseIdentity({ pid: 7, startTime: '1', bootId: 'b' })).toEqual(own);
  });

  test.each([{ pid: 1 }, { pid: 0 }, { pid: -5 }, { pid: 7.5 }, { startedAt: '' }, { bootId: undefined }])(
    'takes nobody for ours, who might be killed, from a file with %j',
    (part) => {
      expect(parseIdentity({ pid: 7, startedAt: '1', bootId: 'b', ...part })).toBeUndefined();
    },
  );

  test('compares all three parts', async () => {
    const table: ProcessTable = {
      startedAt: (pid) => Promise.resolve(pid === 7 ? '1' : undefined),
      bootId: () => Promise.resolve('first'),
    };
    const one = { pid: 7, startedAt: '1', bootId: 'first' };
    expect(await isAlive(one, table)).toBe(true);
    for (const change of [{ pid: 8 }, { startedAt: '2' }, { bootId: 'second' }])
      expect(await isAlive({ ...one, ...change }, table)).toBe(false);
  });
});
