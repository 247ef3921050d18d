import { describe, expect, test } from '@jest/globals';
import { Deadline } from '../core/deadline.ts';
import { local } from './local.ts';

const soon = (ms = 10_000): Deadline => Deadline.in(ms, 'a test command');

describe('local', () => {
  test('reports the exit code and both streams apart', async () => {
    const result = await local().run(
      ['node', '-e', 'console.log(1); console.error(2); process.exitCode = 7'],
      { deadline: soon() },
    );
    expect(result).toMatchObject({ kind: 'exited', exitCode: 7, stdout: '1\n', stderr: '2\n' });
  });

  test('passes words to the program as they are', async () => {
    const result = await local().run(['node', '-p', 'process.argv[1]', '$(id); `id`'], { deadline: soon() });
    expect(result).toMatchObject({ kind: 'exited', stdout: '$(id); `id`\n' });
  });

  test('a program that does not exist was not started', async () => {
    expect((await local().run(['podproof-no-such-program'], { deadline: soon() })).kind).toBe('notStarted');
  });

  test('a signal is not an exit code', async () => {
    const result = await local().run(['node', '-e', 'process.kill(process.pid, "SIGKILL")'], {
      deadline: soon(),
    });
    expect(result).toMatchObject({ kind: 'signalled', signal: 'SIGKILL' });
  });

  test('the deadline ends a grandchild that holds stdout open', async () => {
    const startedAt = performance.now();
    const result = await local().run(['sh', '-c', 'sleep 30 & wait'], { deadline: soon(300) });
    expect(result.kind).toBe('timedOut');
    expect(performance.now() - startedAt).toBeLessThan(6000);
  });

  test('hands over standard input and closes it', async () => {
    expect(await local().run(['cat'], { deadline: soon(), stdin: 'a nonce' })).toMatchObject({
      kind: 'exited',
      stdout: 'a nonce',
    });
  });

  test('tells lines as they arrive and still returns them', async () => {
    const lines: string[] = [];
    const result = await local().run(['node', '-e', 'console.log("a\\nb")'], {
      deadline: soon(),
      onLine: (line) => lines.push(line),
    });
    expect(lines).toEqual(['a', 'b']);
    expect(result.stdout).toBe('a\nb\n');
  });
});
