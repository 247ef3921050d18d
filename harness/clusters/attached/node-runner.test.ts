import { describe, expect, test } from '@jest/globals';
import { Deadline } from '../../core/deadline.ts';
import { ScriptedRunner, type ScriptedAnswer } from '../../testing/scripted-runner.ts';
import { nodeRunner } from './node-runner.ts';

async function run(answer: ScriptedAnswer): Promise<unknown> {
  const pod = new ScriptedRunner(() => answer);
  const node = nodeRunner(() => Promise.resolve(pod), 'node a, seen by our own pod x/look-0');
  return node.run(['stat', '/dev'], { deadline: Deadline.in(1000, 'the test') });
}

describe('nodeRunner', () => {
  test('starts the node’s own program in the namespaces of its first process', async () => {
    const pod = new ScriptedRunner();
    const node = nodeRunner(() => Promise.resolve(pod), 'here');
    await node.run(['stat', '/dev'], { deadline: Deadline.in(1000, 'the test'), stdin: 'x' });
    expect(pod.calls[0]?.argv.join(' ')).toBe('nsenter -t 1 -m -u -i -n -- /usr/bin/env -- stat /dev');
    expect(pod.calls[0]?.options.stdin).toBe('x');
  });

  test.each<[string, ScriptedAnswer, object]>([
    ['an answer', { stdout: 'x' }, { kind: 'exited', exitCode: 0 }],
    ['an exit code', { exitCode: 1, stderr: 'stat: no such file' }, { kind: 'exited', exitCode: 1 }],
    ['127 of a program', { exitCode: 127, stderr: 'sh: 1: x: not found' }, { kind: 'exited', exitCode: 127 }],
    [
      'a program that is missing',
      { exitCode: 127, stderr: 'env: ‘stat’: No such file or directory\n' },
      { kind: 'notStarted', why: 'env: ‘stat’: No such file or directory' },
    ],
    [
      'no way in',
      { exitCode: 1, stderr: "nsenter: can't open '/proc/1/ns/mnt': Permission denied\n" },
      { kind: 'notStarted' },
    ],
    ['env by itself', { exitCode: 1, stderr: 'env: something\n' }, { kind: 'exited', exitCode: 1 }],
  ])('%s', async (_title, answer, result) => {
    expect(await run(answer)).toMatchObject(result);
  });

  test('a pod that does not come up keeps no command beyond its deadline', async () => {
    const runner = nodeRunner(() => new Promise(() => undefined), 'node a');
    const running = runner.run(['true'], { deadline: Deadline.in(50, 'true on node a') });
    await expect(running).resolves.toMatchObject({
      kind: 'timedOut',
      stderr: expect.stringContaining('our own pod is not ready yet'),
    });
  });
});
