import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Deadline } from '../core/deadline.ts';
import { done, pending, poll } from '../core/poll.ts';
import { identityOf, isAlive, type ProcessIdentity } from '../core/process-identity.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podproof-watchdog-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

interface Watched {
  readonly process: ChildProcess;
  readonly watchdog: ProcessIdentity;
}

/** A process that starts a watchdog whose clean-up writes a file, and then does what `ending` says. */
async function startWatched(ending: string): Promise<Watched> {
  const module = new URL('watchdog.ts', import.meta.url).href;
  const deadline = new URL('../core/deadline.ts', import.meta.url).href;
  const cleanUp = `require('node:fs').writeFileSync(${JSON.stringify(join(folder, 'cleaned'))}, 'yes')`;
  const script = `
    import { startWatchdog } from ${JSON.stringify(module)};
    import { Deadline } from ${JSON.stringify(deadline)};
    const watchdog = await startWatchdog({
      argv: [process.execPath, '-e', ${JSON.stringify(cleanUp)}],
      env: process.env,
      logFile: ${JSON.stringify(join(folder, 'log'))},
      deadline: Deadline.in(5000, 'the watchdog'),
    });
    console.log(watchdog.pid);
    ${ending}`;
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', script],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const [text] = (await once(child.stdout, 'data')) as [Buffer];
  return { process: child, watchdog: await identityOf(Number(String(text))) };
}

async function untilGone(watchdog: ProcessIdentity): Promise<void> {
  await poll(async () => ((await isAlive(watchdog)) ? pending('it still runs') : done(undefined)), {
    deadline: Deadline.in(8000, 'the watchdog to end'),
    pauseMs: 20,
  });
}

describe('watchdog', () => {
  test('cleans up after a process that was killed', async () => {
    const { process: child, watchdog } = await startWatched('setInterval(() => {}, 1000)');
    child.kill('SIGKILL');
    await untilGone(watchdog);
    expect(await readFile(join(folder, 'cleaned'), 'utf8')).toBe('yes');
    expect(await readFile(join(folder, 'log'), 'utf8')).toMatch(/gone without a farewell[^]*exit 0/);
  }, 10_000);

  test('does nothing after a farewell', async () => {
    const { process: child, watchdog } = await startWatched(
      `await watchdog.dismiss(Deadline.in(5000, 'the watchdog'));`,
    );
    expect((await once(child, 'exit'))[0]).toBe(0);
    await untilGone(watchdog);
    await expect(access(join(folder, 'cleaned'))).rejects.toMatchObject({ code: 'ENOENT' });
  }, 10_000);

  test('is not ended by the signals of a Ctrl-C', async () => {
    const { process: child, watchdog } = await startWatched('setInterval(() => {}, 1000)');
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(watchdog.pid, signal);
    child.kill('SIGKILL');
    await untilGone(watchdog);
    expect(await readFile(join(folder, 'cleaned'), 'utf8')).toBe('yes');
  }, 10_000);
});
