import { describe, expect, test } from '@jest/globals';
import type { CommandRunner } from '../core/command.ts';
import { exited } from '../testing/fake-cluster.ts';
import { parseSharedMemory, seesSharedMemory } from './shared-memory.ts';

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

describe('seesSharedMemory', () => {
  const foreign = SEGMENTS.replace('2027477459', '1027477459');

  test('tells segments apart by their keys: another namespace has the same ids', async () => {
    await expect(seesSharedMemory(world({ inPod: SEGMENTS }).pod)).resolves.toBe(true);
    await expect(seesSharedMemory(world({ inPod: foreign }).pod)).resolves.toBe(false);
  });

  test('removes the segment even when the pod could not be asked', async () => {
    const { pod, asked } = world({ inPod: '' });
    await expect(seesSharedMemory(pod)).rejects.toThrow('printed nothing');
    expect(asked.at(-1)).toBe('ipcrm -m 2');
  });

  test('a segment that vanished meanwhile makes every answer worthless', async () => {
    await expect(seesSharedMemory(world({ inPod: foreign, removed: 1 }).pod)).rejects.toThrow(
      'segment 2 of node a: exit 1',
    );
  });

  test('an answer that names no id makes no segment up', async () => {
    const { pod, asked } = world({ made: 'Shared memory id:\n', inPod: SEGMENTS });
    await expect(seesSharedMemory(pod)).rejects.toThrow('ipcmk on node a printed');
    expect(asked).toEqual(['ipcmk -M 4096']);
  });
});

interface World {
  readonly pod: Parameters<typeof seesSharedMemory>[0];
  /** What the node was asked. */
  readonly asked: string[];
}

function world(says: { inPod: string; made?: string; removed?: number }): World {
  const asked: string[] = [];
  const node: CommandRunner = {
    where: 'node a',
    run(argv) {
      asked.push(argv.join(' '));
      const { made = 'Shared memory id: 2\n', removed = 0 } = says;
      if (argv[0] === 'ipcrm') return Promise.resolve(exited('', removed));
      return Promise.resolve(exited(argv[0] === 'ipcmk' ? made : SEGMENTS));
    },
  };
  const runner: CommandRunner = { where: 'pod p', run: () => Promise.resolve(exited(says.inPod)) };
  return { pod: { runner, node: { name: 'a', address: '192.0.2.1', runner: node } }, asked };
}
