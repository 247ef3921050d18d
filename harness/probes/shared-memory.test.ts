import { describe, expect, test } from '@jest/globals';
import type { CommandRunner } from '../core/command.ts';
import { parseSharedMemory, withSharedMemory } from './shared-memory.ts';

/** Recorded on a node with Linux 6.18 after `ipcmk -M 4096`, twice. */
const HEADING =
  '       key      shmid perms                  size  cpid  lpid nattch   uid   gid  cuid  cgid      atime      dtime      ctime                   rss                  swap\n';
const SEGMENTS = `${HEADING}-1839819003          1   644                  4096 19964     0      0     0     0     0     0          0          0 1795814668                     0                     0
2027477459          2   644                  4096 19965     0      0     0     0     0     0          0          0 1795814668                     0                     0
`;

describe('parseSharedMemory', () => {
  test('gives each segment its key, which may be negative', () => {
    expect([...parseSharedMemory(SEGMENTS)]).toEqual([
      [1, '-1839819003'],
      [2, '2027477459'],
    ]);
  });

  test('a heading alone says that there is none', () => {
    expect(parseSharedMemory(HEADING).size).toBe(0);
  });

  test('without a heading it is no answer', () => {
    expect(() => parseSharedMemory('')).toThrow('has no heading');
  });
});

describe('withSharedMemory', () => {
  test('removes the segment even when the look failed', async () => {
    const { node, asked } = nodeThatPrints('Shared memory id: 2\n');
    await expect(
      withSharedMemory(node, (key) => Promise.reject(new Error(`looked for ${key}`))),
    ).rejects.toThrow('looked for 2027477459');
    expect(asked.at(-1)).toBe('ipcrm -m 2');
  });

  test('an answer that names no id makes no segment up', async () => {
    const { node, asked } = nodeThatPrints('Shared memory id:\n');
    await expect(withSharedMemory(node, () => Promise.resolve(0))).rejects.toThrow('ipcmk on node a printed');
    expect(asked).toEqual(['ipcmk -M 4096']);
  });
});

function nodeThatPrints(made: string): {
  node: { name: string; address: string; runner: CommandRunner };
  asked: string[];
} {
  const asked: string[] = [];
  const runner: CommandRunner = {
    where: 'node a',
    run(argv) {
      asked.push(argv.join(' '));
      const stdout = argv[0] === 'ipcmk' ? made : argv[0] === 'cat' ? SEGMENTS : '';
      return Promise.resolve({ kind: 'exited', exitCode: 0, stdout, stderr: '', durationMs: 1 });
    },
  };
  return { node: { name: 'a', address: '192.0.2.1', runner }, asked };
}
