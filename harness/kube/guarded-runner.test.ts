import { describe, expect, test } from '@jest/globals';
import type { CommandResult, CommandRunner } from '../core/command.ts';
import { Deadline } from '../core/deadline.ts';
import { local } from '../shell/local.ts';
import { guarded } from './guarded-runner.ts';

type Ending = { readonly stderr?: string } & (
  | { readonly kind: 'exited'; readonly exitCode: number }
  | { readonly kind: 'inconclusive'; readonly why: string }
);

function ending(end: Ending): Promise<CommandResult> {
  const runner: CommandRunner = {
    where: 'pod web',
    run: () => Promise.resolve({ stdout: 'out', stderr: '', durationMs: 1, ...end }),
  };
  const deadline = Deadline.in(1000, 'the test');
  return guarded(runner, () => 'NONCE').run(['id'], { deadline });
}

/** Really runs the argv, on this machine and in the given shell, to see what it makes of it. */
function here(shell: string): CommandRunner {
  return {
    where: 'here',
    run: ([, ...rest], { stdin }) =>
      local().run([shell, ...rest], {
        // Longer than what the guard is told: it has to end the program by itself.
        deadline: Deadline.in(10_000, 'the test'),
        ...(stdin === undefined ? {} : { stdin }),
      }),
  };
}

describe('guarded', () => {
  test('accepts an exit that the program itself confirms, and removes the mark', async () => {
    const result = await ending({ kind: 'exited', exitCode: 7, stderr: 'no\nNONCE:7' });
    expect(result).toEqual({ kind: 'exited', exitCode: 7, stdout: 'out', stderr: 'no\n', durationMs: 1 });
  });

  test.each([
    ['no mark', ''],
    ['half a mark', 'NONCE'],
    ['a mark without a code', 'NONCE:'],
    ['a mark with another code', 'NONCE:1'],
    ['text after the mark', 'NONCE:0 and more'],
  ])('does not believe an exit 0 with %s', async (_, stderr) => {
    expect(await ending({ kind: 'exited', exitCode: 0, stderr })).toMatchObject({ kind: 'inconclusive' });
  });

  test('leaves an unknown outcome unknown', async () => {
    const result = await ending({ kind: 'inconclusive', why: 'cut', stderr: 'NONCE:0' });
    expect(result).toMatchObject({ kind: 'inconclusive', why: 'cut', stderr: '' });
  });
});

// On Debian `sh` is dash, where the guard needs `timeout`; bash stands for busybox here, which can do without.
describe.each(['sh', 'bash'])('guarded, in %s', (shell) => {
  function run(argv: readonly [string, ...string[]], stdin?: string): Promise<CommandResult> {
    const deadline = Deadline.in(1, 'the test');
    return guarded(here(shell)).run(argv, { deadline, ...(stdin === undefined ? {} : { stdin }) });
  }

  test('hands every word to the program as it is', async () => {
    const words = ['a b', '$(id)', '`id`', "'", '"', '', '*', '-n', 'ü', '\n'];
    const script = 'for (const word of process.argv.slice(1)) console.log(JSON.stringify(word))';
    const result = await run([process.execPath, '-e', script, '--', ...words]);
    expect(result).toMatchObject({ kind: 'exited', exitCode: 0, stderr: '' });
    expect(result.stdout).toBe(words.map((word) => `${JSON.stringify(word)}\n`).join(''));
  });

  test('keeps standard input, exit code and what the program wrote to stderr', async () => {
    expect(await run(['sh', '-c', 'cat; echo oh >&2; exit 42'], 'in')).toMatchObject({
      kind: 'exited',
      exitCode: 42,
      stdout: 'in',
      stderr: 'oh\n',
    });
  });

  test('says that a program is not there', async () => {
    expect(await run(['no-such-program'])).toMatchObject({
      kind: 'notStarted',
      why: `"no-such-program" is not in the container's PATH`,
    });
  });

  test('tells a program that was killed from the shell that ran it', async () => {
    expect(await run(['sh', '-c', 'kill -9 $$'])).toMatchObject({ kind: 'exited', exitCode: 137 });
  });

  test('ends a program that outlives its deadline although nobody listens any more', async () => {
    expect(await run(['sleep', '30'])).toMatchObject({ kind: 'exited', exitCode: 137 });
  });
});
