import { describe, expect, test } from '@jest/globals';
import { systemClock } from '../core/clock.ts';
import type { CommandResult, CommandRunner } from '../core/command.ts';
import { Deadline } from '../core/deadline.ts';
import { openSession, type Session, type SessionListener, type SessionStream } from './session.ts';
import { sessionRunner, type SessionRunner } from './session-runner.ts';

/** A session program of a test: it hears what is sent, and the test decides what it says. */
class FakeProgram implements SessionStream {
  readonly heard: string[] = [];
  closed = false;
  #listener: SessionListener | undefined;
  readonly #answer: (program: FakeProgram, id: string) => void;

  constructor(answer: (program: FakeProgram, id: string) => void = () => undefined) {
    this.#answer = answer;
  }

  listen(listener: SessionListener): void {
    this.#listener = listener;
    this.says('ready\n');
  }

  send(bytes: Buffer): void {
    const request = bytes.toString();
    this.heard.push(request);
    this.#answer(this, request.split(' ')[0] ?? '');
  }

  close(): void {
    this.closed = true;
    this.ends('closed');
  }

  says(text: string | Buffer): void {
    this.#listener?.onOutput('stdout', Buffer.from(text));
  }

  complains(text: string): void {
    this.#listener?.onOutput('stderr', Buffer.from(text));
  }

  ends(why: string): void {
    this.#listener?.onEnd(why);
  }
}

const within = (ms = 2000): Deadline => Deadline.in(ms, 'the test');

async function ask(program: FakeProgram, deadline = within()): Promise<[CommandResult, Session]> {
  const session = await openSession(program, within());
  return [await session.run(['id'], { deadline }), session];
}

describe('a session', () => {
  test('sends words, input and a limit, and takes the answer in pieces', async () => {
    const program = new FakeProgram((self, id) => {
      for (const byte of Buffer.from(`${id} exit 7 6 4 0\nü🐳err\n`)) self.says(Buffer.of(byte));
    });
    const session = await openSession(program, within());
    const result = await session.run(['a b', '', 'ü'], { deadline: within(5000), stdin: 'in' });
    expect(result).toMatchObject({ kind: 'exited', exitCode: 7, stdout: 'ü🐳', stderr: 'err\n' });
    const [head, ...rest] = program.heard.join('').split('\n');
    expect(rest.join('\n')).toBe('3\na b0\n2\nü2\nin');
    expect(head).toMatch(/^1 3 \+ \d+$/);
    const limit = Number(head?.split(' ')[3]);
    expect(limit).toBeGreaterThan(5000);
    expect(limit).toBeLessThanOrEqual(6000);
    expect(session.usable).toBe(true);
  });

  test.each<[string, (program: FakeProgram, id: string) => void, RegExp]>([
    [
      'ends in the middle of the output',
      (self) => (self.says('1 exit 0 9 0 0\nhalf'), self.ends('cut')),
      /^cut$/,
    ],
    ['ends in the middle of the line', (self) => (self.says('1 exit 0 0 0'), self.ends('cut')), /^cut$/],
    ['ends without a word', (self) => self.ends('the program ended with exit 0'), /ended with exit 0/],
    ['says why it ends', (self) => (self.complains('no memory\n'), self.ends('cut')), /^cut: no memory$/],
    ['answers another request', (self) => self.says('2 exit 0 0 0 0\n'), /answered "2 exit/],
    ['answers something else', (self) => self.says('1 exit 0 0 0 yes\n'), /answered/],
    ['sends without a line break', (self) => self.says('x'.repeat(300)), /something else than answers/],
    [
      'sends without end',
      (self) => {
        for (let i = 0; i < 40; i += 1) self.says(`1 exit 0 99999999 0 0\n${'x'.repeat(1024 * 1024)}`);
      },
      /more than it was asked for/,
    ],
  ])('is inconclusive and never used again when the program %s', async (_, answer, why) => {
    const program = new FakeProgram(answer);
    const [result, session] = await ask(program);
    expect(result).toMatchObject({ kind: 'inconclusive', why: expect.stringMatching(why) });
    expect(session.usable).toBe(false);
    expect(program.closed).toBe(true);
  });

  test('is not used again when the program says more than the answer', async () => {
    const [result, session] = await ask(
      new FakeProgram((self) => self.says('1 exit 0 0 0 0\n2 exit 0 0 0 0\n')),
    );
    expect(result).toMatchObject({ kind: 'exited' });
    expect(session.usable).toBe(false);
  });

  test('is closed at the deadline, which is no answer', async () => {
    const program = new FakeProgram((self) => self.says('1 exit 0 9 0 0\nhalf'));
    const [result, session] = await ask(program, within(50));
    expect(result).toMatchObject({ kind: 'timedOut', stdout: '' });
    expect([session.usable, program.closed]).toEqual([false, true]);
  });

  test('does not call it a timeout when somebody stopped the command', async () => {
    const stop = new AbortController();
    const program = new FakeProgram(() => stop.abort(new Error('Ctrl-C')));
    const [result] = await ask(program, Deadline.in(2000, 'the test', stop.signal));
    expect(result).toMatchObject({ kind: 'inconclusive', why: 'stopped: Ctrl-C' });
  });
});

/** Runs everything at once and says that it was the single runner. */
const single: CommandRunner = {
  where: 'pod web',
  run: ([word]) =>
    Promise.resolve({ kind: 'exited', exitCode: 0, stdout: `single ${word}`, stderr: '', durationMs: 0 }),
};

const ok = (program: FakeProgram, id: string): void => program.says(`${id} exit 0 4 0 0\nsess`);

async function outputOf(runner: SessionRunner, options: object = {}): Promise<string> {
  return (await runner.run(['id'], { deadline: within(), ...options })).stdout;
}

describe('a session runner', () => {
  test('asks again for a session that could not be had yet, and never for one that cannot be', async () => {
    const answers: ('never' | 'not now' | FakeProgram)[] = ['not now', new FakeProgram(ok)];
    const runner = sessionRunner({
      single,
      most: 1,
      async open(deadline) {
        const next = answers.shift() ?? 'never';
        return typeof next === 'string' ? next : { session: await openSession(next, deadline) };
      },
    });
    expect(await outputOf(runner)).toBe('single id');
    expect(await outputOf(runner)).toBe('sess');
    runner.retire();
    expect(await outputOf(runner)).toBe('single id');
    answers.push(new FakeProgram(ok));
    expect(await outputOf(runner)).toBe('single id');
  });

  test('leaves to the single runner what no session can do', async () => {
    const runner = sessionRunner({
      single,
      most: 1,
      open: async (deadline) => ({ session: await openSession(new FakeProgram(ok), deadline) }),
    });
    expect(await outputOf(runner, { env: { A: 'b' } })).toBe('single id');
    expect(await outputOf(runner, { cwd: '/' })).toBe('single id');
    expect(await outputOf(runner, { onLine: () => undefined })).toBe('single id');
    expect(await outputOf(runner)).toBe('sess');
  });

  /** A runner whose programs wait with their answers until they are told. */
  function slow(): { runner: SessionRunner; programs: FakeProgram[]; opening: Promise<void>[] } {
    const programs: FakeProgram[] = [];
    const opening: Promise<void>[] = [];
    const runner = sessionRunner({
      single,
      most: 2,
      async open(deadline) {
        await opening.shift();
        const program = new FakeProgram();
        programs.push(program);
        return { session: await openSession(program, deadline) };
      },
    });
    return { runner, programs, opening };
  }

  async function until(holds: () => boolean): Promise<void> {
    for (const deadline = within(); !holds();) await systemClock.sleep(1, deadline.signal);
  }

  test('retires a session after its command, and one that was asked for before', async () => {
    const { runner, programs, opening } = slow();
    const first = runner.run(['id'], { deadline: within() });
    await until(() => programs[0]?.heard.length === 1);
    const gate = Promise.withResolvers<void>();
    opening.push(gate.promise);
    const second = runner.run(['id'], { deadline: within() });
    runner.retire();
    gate.resolve();
    await until(() => programs[1]?.heard.length === 1);
    for (const program of programs) ok(program, '1');
    expect([(await first).kind, (await second).kind]).toEqual(['exited', 'exited']);
    expect(programs.map(({ closed }) => closed)).toEqual([true, true]);
  });

  test('replaces a session that broke while nobody used it', async () => {
    const { runner, programs } = slow();
    const first = runner.run(['id'], { deadline: within() });
    await until(() => programs[0]?.heard.length === 1);
    programs.forEach((program) => ok(program, '1'));
    await first;
    programs[0]?.ends('the container was restarted');
    const second = runner.run(['id'], { deadline: within() });
    await until(() => programs[1]?.heard.length === 1);
    programs.forEach((program) => ok(program, '1'));
    expect(await second).toMatchObject({ kind: 'exited', stdout: 'sess' });
  });

  test('does not let a command wait for one that may be waiting for it', async () => {
    const program = new FakeProgram();
    const runner = sessionRunner({
      single,
      most: 1,
      patienceMs: 20,
      open: async (deadline) => ({ session: await openSession(program, deadline) }),
    });
    const listening = runner.run(['nc', '-l'], { deadline: within() });
    await until(() => program.heard.length === 1);
    expect(await outputOf(runner)).toBe('single id');
    ok(program, '1');
    expect(await listening).toMatchObject({ kind: 'exited', stdout: 'sess' });
  });

  test('makes a running command inconclusive when it is closed', async () => {
    const { runner, programs } = slow();
    const running = runner.run(['id'], { deadline: within() });
    await until(() => programs[0]?.heard.length === 1);
    runner.close();
    expect(await running).toMatchObject({ kind: 'inconclusive' });
  });

  test('lets what broke be killed, and waits for it', async () => {
    const told: string[] = [];
    const runner = sessionRunner({
      single,
      most: 1,
      open: async (deadline) => ({
        session: await openSession(new FakeProgram(), deadline),
        kill: () => Promise.resolve(void told.push('killed')),
      }),
    });
    expect(await runner.run(['sleep'], { deadline: within(30) })).toMatchObject({ kind: 'timedOut' });
    expect(told).toEqual(['killed']);
  });
});
