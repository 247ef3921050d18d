import { expect, test } from '@jest/globals';
import type { CommandResult, CommandRunner } from '../core/command.ts';
import { exited } from '../testing/fake-cluster.ts';
import { ask, read } from './answer.ts';

function answering(result: CommandResult): CommandRunner {
  return { where: 'node a', run: () => Promise.resolve(result) };
}

test('half a list is no answer: what is missing from it would pass for absent', async () => {
  const half: CommandResult = { ...exited('eth0\nlo\n'), truncated: true };
  await expect(ask(answering(half), ['ls'])).rejects.toThrow('ls in node a printed more than is kept of it');
  await expect(ask(answering(exited('eth0\n')), ['ls'])).resolves.toMatchObject({ stdout: 'eth0\n' });
});

test('silence is no answer where text is expected', async () => {
  await expect(read(answering(exited('\n')), ['ls'])).rejects.toThrow('ls in node a printed nothing');
});
