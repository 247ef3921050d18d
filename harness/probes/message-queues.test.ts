import { expect, test } from '@jest/globals';
import type { CommandRunner } from '../core/command.ts';
import { exited } from '../testing/fake-cluster.ts';
import { messageQueuesOf, withMessageQueue } from './message-queues.ts';

/** Recorded in a pod, shortened. */
const MOUNTED =
  '600 595 0:88 / /dev/shm rw,nosuid,nodev,noexec,relatime - tmpfs shm rw,size=65536k\n' +
  '598 595 0:82 / /dev/mqueue rw,nosuid,nodev,noexec,relatime - mqueue mqueue rw\n';

test('without the file system an empty folder is no answer', async () => {
  const { runner } = scripted({ cat: MOUNTED.replace('- mqueue', '- tmpfs') });
  await expect(messageQueuesOf(runner)).rejects.toThrow('has no message queue file system');
});

test('names the queues, and no queue is an answer, too', async () => {
  const list = (ls: string): Promise<readonly string[]> => messageQueuesOf(scripted({ ls }).runner);
  await expect(list('a\nb\n')).resolves.toEqual(['a', 'b']);
  await expect(list('')).resolves.toEqual([]);
});

test('the queue is removed even when the look failed', async () => {
  const { runner, asked } = scripted({});
  const look = withMessageQueue(runner, 'q', () => Promise.reject(new Error('the pod is gone')));
  await expect(look).rejects.toThrow('the pod is gone');
  expect(asked.at(-1)).toBe('rm /dev/mqueue/q');
});

test('waits for room when the user’s queues take up all bytes, and for nothing else', async () => {
  const full = 'touch: /dev/mqueue/q: Too many open files';
  const { runner, asked } = scripted({ touch: [full, full] });
  await expect(withMessageQueue(runner, 'q', () => Promise.resolve('seen'))).resolves.toBe('seen');
  expect(asked.filter((line) => line.startsWith('touch'))).toHaveLength(3);
  const denied = scripted({ touch: ['touch: /dev/mqueue/q: Permission denied'] });
  await expect(withMessageQueue(denied.runner, 'q', () => Promise.resolve('seen'))).rejects.toThrow(
    'Permission denied',
  );
});

function scripted(says: { cat?: string; ls?: string; touch?: string[] }): {
  runner: CommandRunner;
  asked: string[];
} {
  const asked: string[] = [];
  const run: CommandRunner['run'] = (argv) => {
    asked.push(argv.join(' '));
    const { cat = MOUNTED, ls = '', touch = [] } = says;
    const stderr = argv[0] === 'touch' ? touch.shift() : undefined;
    if (stderr !== undefined) return Promise.resolve({ ...exited('', 1), stderr });
    return Promise.resolve(exited(argv[0] === 'cat' ? cat : argv[0] === 'ls' ? ls : ''));
  };
  return { runner: { where: 'pod p', run }, asked };
}
