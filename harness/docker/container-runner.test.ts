import { describe, expect, test } from '@jest/globals';
import type { CommandResult, RunOptions } from '../core/command.ts';
import { Deadline } from '../core/deadline.ts';
import Dockerode from 'dockerode';
import { connectDocker } from './connect.ts';
import { containerRunner } from './container-runner.ts';
import { connectionTo } from './endpoint.ts';
import { execTransport } from './exec-transport.ts';
import { frame, scriptedEngine, type ExecAnswer, type ScriptedExec } from './scripted-engine.ts';

interface Played {
  readonly result: CommandResult;
  readonly created: readonly Readonly<Record<string, unknown>>[];
}

async function play(
  scripts: ScriptedExec | readonly ScriptedExec[],
  options: Partial<RunOptions> & { readonly ms?: number } = {},
): Promise<Played> {
  await using engine = await scriptedEngine(Array.isArray(scripts) ? scripts : [scripts as ScriptedExec]);
  const transport = execTransport(new Dockerode(await connectionTo(engine.endpoint, {})));
  const runner = containerRunner({ container: 'node-1', where: 'node node-1', transport, settleMs: 100 });
  const { ms = 5000, ...run } = options;
  const result = await runner.run(['id', '-u'], { deadline: Deadline.in(ms, 'id'), ...run });
  return { result, created: engine.created };
}

const ended = (ExitCode: number): readonly ExecAnswer[] => [{ Running: false, ExitCode }];

describe('commands in a container', () => {
  test('an answer has both streams and the exit code that the engine knows', async () => {
    const { result, created } = await play({
      play: (socket) => {
        socket.write(frame(1, 'out'));
        socket.end(frame(2, 'err'));
      },
      inspect: ended(7),
    });
    expect(result).toMatchObject({ kind: 'exited', exitCode: 7, stdout: 'out', stderr: 'err' });
    expect(created[0]).toMatchObject({ Cmd: ['id', '-u'], Tty: false, AttachStdin: false });
  });

  test('frames and characters may be split anywhere', async () => {
    const bytes = Buffer.concat([frame(1, 'grüße '), frame(2, '€'), frame(1, 'ende\n')]);
    const { result } = await play({
      play: (socket) => {
        const feed = (index: number): void => {
          if (index === bytes.length) socket.end();
          else socket.write(bytes.subarray(index, index + 1), () => setImmediate(() => feed(index + 1)));
        };
        feed(0);
      },
    });
    expect(result).toMatchObject({ kind: 'exited', stdout: 'grüße ende\n', stderr: '€' });
  });

  test('a stream that is cut inside a frame is no answer, although the engine knows an exit code', async () => {
    const { result } = await play({
      play: (socket) => socket.end(frame(1, 'uid=0(root)').subarray(0, 12)),
      inspect: ended(0),
    });
    expect(result).toMatchObject({
      kind: 'inconclusive',
      why: 'the stream ended inside a frame',
      stdout: 'uid=',
    });
  });

  test('a stream that is cut between frames while the command still runs is no answer', async () => {
    const { result } = await play({
      play: (socket) => socket.end(frame(1, 'half')),
      inspect: [{ Running: true, ExitCode: null }],
    });
    expect(result.kind).toBe('inconclusive');
  });

  test('an engine that needs a moment to know the exit code is given it', async () => {
    const { result } = await play({
      inspect: [
        { Running: true, ExitCode: null },
        { Running: false, ExitCode: 3 },
      ],
    });
    expect(result).toMatchObject({ kind: 'exited', exitCode: 3 });
  });

  test('an engine that is slow to answer is not one that does not know', async () => {
    const { result } = await play({ inspect: ended(3), inspectMs: 300 });
    expect(result).toMatchObject({ kind: 'exited', exitCode: 3 });
  });

  test('ExitCode null never becomes 0', async () => {
    const { result } = await play({ inspect: [{ Running: false, ExitCode: null }] });
    expect(result.kind).toBe('inconclusive');
  });

  test('an engine that dies after the output leaves the outcome unknown', async () => {
    const { result } = await play({ play: (socket) => socket.end(frame(1, 'done')), inspect: ['reset'] });
    expect(result).toMatchObject({ kind: 'inconclusive', stdout: 'done' });
  });

  test('a connection that is closed before the first frame is no answer', async () => {
    const { result } = await play({
      play: (socket) => socket.destroy(),
      inspect: [{ Running: true, ExitCode: null }],
    });
    expect(result.kind).toBe('inconclusive');
  });

  test('bytes that are no frames are no answer', async () => {
    const { result } = await play({ play: (socket) => socket.end('HTTP/1.1 200 OK\r\n\r\n') });
    expect(result).toMatchObject({ kind: 'inconclusive', why: expect.stringContaining('frame header') });
  });

  test.each([
    [404, 'No such container: node-1'],
    [409, 'container 3f2a is paused, unpause the container before exec'],
  ])('a refusal with HTTP %i is no answer and keeps the engine’s words', async (status, message) => {
    const { result } = await play({ refuse: { status, message } });
    expect(result).toMatchObject({ kind: 'inconclusive', why: message });
  });

  test('a container that was stopped under the command is not an exit code', async () => {
    const { result } = await play({ inspect: ended(137), container: { Running: false, Paused: false } });
    expect(result.kind).toBe('inconclusive');
  });

  test('a command that was killed in a running container exited with 137', async () => {
    const { result } = await play({ inspect: ended(137) });
    expect(result).toMatchObject({ kind: 'exited', exitCode: 137 });
  });

  test('a program that is not there was not started', async () => {
    const words =
      'OCI runtime exec failed: exec failed: unable to start container process: exec: "idd": executable file not found in $PATH: unknown\r\n';
    const { result } = await play({ play: (socket) => socket.end(frame(1, words)), inspect: ended(127) });
    expect(result).toMatchObject({ kind: 'notStarted', stdout: '' });
  });

  test('a program that says something like it and goes on is an answer', async () => {
    const { result } = await play({
      play: (socket) => socket.end(frame(1, 'OCI runtime exec failed: just kidding\n')),
      inspect: ended(127),
    });
    expect(result).toMatchObject({ kind: 'exited', exitCode: 127 });
  });

  test('a command that outlives its deadline is killed by its mark', async () => {
    const { result, created } = await play([{ play: (socket) => socket.write(frame(1, 'still')) }, {}], {
      ms: 100,
    });
    expect(result).toMatchObject({ kind: 'timedOut', stdout: 'still' });
    const mark = /PODPROOF_EXEC=([\w-]+)/.exec(JSON.stringify(created[0]))?.[1];
    expect(created[1]?.['Cmd']).toEqual(expect.arrayContaining(['sh', mark]));
    expect(JSON.stringify(created[1]?.['Env'])).not.toContain(String(mark));
  });

  test('standard input arrives whole and is closed', async () => {
    let received = '';
    const { result, created } = await play(
      {
        play: (socket) => {
          socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
          socket.on('end', () => socket.end(frame(1, 'thanks')));
        },
      },
      { stdin: 'a'.repeat(200_000), env: { LANG: 'C' }, cwd: '/tmp' },
    );
    expect(result).toMatchObject({ kind: 'exited', stdout: 'thanks' });
    expect(received).toHaveLength(200_000);
    expect(created[0]).toMatchObject({ AttachStdin: true, WorkingDir: '/tmp' });
    expect(created[0]?.['Env']).toContain('LANG=C');
  });

  test('endless output is dropped, and the exit code still counts', async () => {
    const lines: string[] = [];
    const block = frame(1, 'x'.repeat(1024 * 1024 - 1) + '\n');
    const { result } = await play(
      {
        play: (socket) => {
          for (let count = 0; count < 10; count += 1) socket.write(block);
          socket.end(frame(1, 'last line'));
        },
      },
      { onLine: (line) => lines.push(line.slice(0, 9)) },
    );
    expect(result).toMatchObject({ kind: 'exited', exitCode: 0, truncated: true });
    expect(result.stdout).toHaveLength(8 * 1024 * 1024);
    expect(lines.at(-1)).toBe('last line');
  });

  test('an engine that is not there is no answer', async () => {
    const docker = await connectDocker({ endpoint: 'unix:///nonexistent/engine.sock', env: {} });
    const result = await docker.runner('n', 'n').run(['true'], { deadline: Deadline.in(2000, 'true') });
    expect(result).toMatchObject({ kind: 'inconclusive', why: expect.stringContaining('ENOENT') });
  });
});
