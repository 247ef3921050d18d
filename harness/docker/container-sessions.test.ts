import { spawn, spawnSync } from 'node:child_process';
import { Duplex } from 'node:stream';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Deadline } from '../core/deadline.ts';
import { encodeRequest } from '../session/protocol.ts';
import type { SessionRunner } from '../session/session-runner.ts';
import { containerSessions } from './container-sessions.ts';
import type { ExecRequest, ExecTransport } from './exec-transport.ts';
import { SESSION_PROGRAM } from './session-program.ts';

/**
 * A transport whose "container" is this machine: the real session program runs in a real perl, only the engine
 * between us and it is replaced by pipes.
 */
function localTransport(
  log: string[],
  change: (argv: readonly string[]) => readonly string[] = (argv) => argv,
): ExecTransport {
  return {
    prepare({ argv, env }: ExecRequest) {
      log.push(argv[0] ?? '');
      let exitCode: number | null = null;
      return Promise.resolve({
        start: () => {
          const [program = '', ...args] = change(argv);
          const marks = Object.fromEntries(env.map((entry) => entry.split('=') as [string, string]));
          const child = spawn(program, args, { env: { PATH: '/usr/local/bin:/usr/bin:/bin', ...marks } });
          const stream = new Duplex({
            read: () => undefined,
            write: (chunk: Buffer, _encoding, done) => void child.stdin.write(chunk, () => done()),
            final: (done) => void child.stdin.end(() => done()),
            destroy: (error, done) => {
              child.kill('SIGKILL');
              done(error);
            },
          });
          child.on('error', () => undefined);
          child.stdin.on('error', () => undefined);
          const pass = (number: 1 | 2, chunk: Buffer): boolean =>
            stream.push(Buffer.concat([header(number, chunk.length), chunk]));
          child.stdout.on('data', (chunk: Buffer) => pass(1, chunk));
          child.stderr.on('data', (chunk: Buffer) => pass(2, chunk));
          child.once('close', (code) => {
            exitCode = code;
            stream.push(null);
          });
          return Promise.resolve(stream);
        },
        inspect: () => Promise.resolve({ running: exitCode === null, exitCode }),
      });
    },
    containerState: () => Promise.resolve({ running: true, paused: false, startedAt: '' }),
  };
}

function header(number: 1 | 2, length: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt8(number, 0);
  bytes.writeUInt32BE(length, 4);
  return bytes;
}

const within = (ms = 10_000): { deadline: Deadline } => ({ deadline: Deadline.in(ms, 'a test command') });
let runner: SessionRunner | undefined;
afterEach(() => runner?.close());

function open(log: string[] = [], change?: (argv: readonly string[]) => readonly string[]): SessionRunner {
  runner = containerSessions({ container: 'c', where: 'node c', transport: localTransport(log, change) });
  return runner;
}

describe('containerSessions', () => {
  test('one exec serves many commands, each with its own streams and exit code', async () => {
    const log: string[] = [];
    const node = open(log);
    expect(await node.run(['sh', '-c', 'echo out; echo err >&2; exit 7'], within())).toMatchObject({
      kind: 'exited',
      exitCode: 7,
      stdout: 'out\n',
      stderr: 'err\n',
    });
    expect(await node.run(['printf', '%s', '$(id) `x` 日本'], within())).toMatchObject({
      kind: 'exited',
      exitCode: 0,
      stdout: '$(id) `x` 日本',
    });
    expect(await node.run(['true'], within())).toMatchObject({
      kind: 'exited',
      exitCode: 0,
      stdout: '',
      stderr: '',
    });
    expect(log).toEqual(['perl']);
  });

  test('stdin arrives whole and is closed; without it there is none', async () => {
    const node = open();
    const text = 'x'.repeat(300_000);
    expect((await node.run(['cat'], { ...within(), stdin: text })).stdout).toHaveLength(300_000);
    expect(await node.run(['cat'], within())).toMatchObject({ kind: 'exited', exitCode: 0, stdout: '' });
    expect(await node.run(['true'], { ...within(), stdin: text })).toMatchObject({
      kind: 'exited',
      exitCode: 0,
    });
  });

  test('a program that is missing was not started, one that was killed has no exit code', async () => {
    const node = open();
    expect(await node.run(['podproof-no-such-program'], within())).toMatchObject({
      kind: 'notStarted',
      why: 'No such file or directory',
    });
    expect(await node.run(['sh', '-c', 'kill -9 $$'], within())).toMatchObject({
      kind: 'signalled',
      signal: 'SIGKILL',
    });
    expect(await node.run(['true'], within())).toMatchObject({ kind: 'exited', exitCode: 0 });
  });

  test('output that imitates an answer is only output', async () => {
    const node = open();
    expect(await node.run(['printf', '1 exit 0 0 0 0\\n2 exit 0 0 0 0\\n'], within())).toMatchObject({
      kind: 'exited',
      stdout: '1 exit 0 0 0 0\n2 exit 0 0 0 0\n',
    });
    expect(await node.run(['false'], within())).toMatchObject({ kind: 'exited', exitCode: 1 });
  });

  test('commands at the same time get sessions of their own and never mix', async () => {
    const log: string[] = [];
    const node = open(log);
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        node.run(['sh', '-c', 'sleep 0.05; echo "$1"', 'sh', String(index)], within()),
      ),
    );
    expect(results.map(({ stdout }) => stdout.trim())).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
    expect(log.filter((program) => program === 'perl').length).toBeLessThanOrEqual(3);
  });

  test('a command that does not end is timed out, and the next one has a new session', async () => {
    const node = open();
    expect(await node.run(['sleep', '30'], within(300))).toMatchObject({ kind: 'timedOut' });
    expect(await node.run(['echo', 'next'], within())).toMatchObject({ kind: 'exited', stdout: 'next\n' });
  });

  test('a session program that dies makes the command inconclusive, never an exit code', async () => {
    const node = open();
    const result = await node.run(['sh', '-c', 'kill -9 $PPID; sleep 5'], within());
    expect(result).toMatchObject({ kind: 'inconclusive' });
    expect(await node.run(['true'], within())).toMatchObject({ kind: 'exited', exitCode: 0 });
  });

  test('the program kills by itself what outlives the limit of its request, and ends', async () => {
    const seconds = `30.${String(process.pid)}`;
    const argv = ['perl', '-e', SESSION_PROGRAM];
    const exec = await localTransport([]).prepare(
      { container: 'c', argv, env: [], cwd: undefined, stdin: true },
      within().deadline.signal,
    );
    const program = await exec.start(within().deadline.signal);
    const ended = new Promise((resolve) => program.once('end', resolve).resume());
    program.write(encodeRequest({ id: '1', argv: ['sleep', seconds], stdin: undefined, limitMs: 100 }));
    await within(4000)
      .deadline.race(ended)
      .finally(() => program.destroy());
    expect(await exec.inspect(within().deadline.signal)).toMatchObject({ exitCode: 1 });
    expect(spawnSync('pgrep', ['-f', `sleep ${seconds}`], { encoding: 'utf8' }).stdout).toBe('');
  });

  test('without perl each command is an exec of its own', async () => {
    const log: string[] = [];
    const node = open(log, (argv) =>
      argv[0] === 'perl' ? ['sh', '-c', 'echo "sh: perl: not found"; exit 127'] : argv,
    );
    expect(await node.run(['echo', 'still'], within())).toMatchObject({ kind: 'exited', stdout: 'still\n' });
    expect(await node.run(['echo', 'works'], within())).toMatchObject({ kind: 'exited', stdout: 'works\n' });
    expect(log).toEqual(['perl', 'echo', 'echo']);
  });
});
