import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';

const base = realpathSync(mkdtempSync(join(tmpdir(), 'podproof-loop-')));
const [mine, other] = [join(base, 'mine'), join(base, 'other')];
afterAll(() => rmSync(base, { recursive: true }));

const LIMIT_MS = 400;

/** A process with the guard that awaits the code of a scenario in `mine`, and says what becomes of it. */
async function said(code: string): Promise<readonly string[]> {
  const file = join(base, 'mine.mjs');
  writeFileSync(file, `export async function observe() {\n  await null;\n  ${code}\n}\n`);
  const guard = new URL('loop-guard.ts', import.meta.url).href;
  const program = `
    import { mkdirSync, renameSync } from 'node:fs';
    import { guardLoop } from ${JSON.stringify(guard)};
    const [mine, other] = ${JSON.stringify([mine, other])};
    mkdirSync(mine, { recursive: true });
    mkdirSync(other, { recursive: true });
    renameSync(${JSON.stringify(file)}, mine + '/mine.mjs');
    const { observe } = await import(${JSON.stringify(pathToFileURL(join(mine, 'mine.mjs')).href)});
    {
      using loop = guardLoop([mine, other], { limitMs: ${String(LIMIT_MS)} });
      const stopped = loop.codeStopped(mine);
      const untouched = loop.codeStopped(other);
      const aborted = new Promise((resolve) => stopped.addEventListener('abort', () => resolve(stopped.reason)));
      // The guard itself must not keep the process.
      const alive = setInterval(() => undefined, 1000);
      console.log(await Promise.race([observe().then(() => 'it ended'), aborted]).then((end) => end.code ?? end));
      if (stopped.aborted) console.log(stopped.reason.message.replace(/^.*mine.mjs/, 'mine.mjs'));
      console.log('others', untouched.aborted, 'again', loop.codeStopped(mine).aborted);
      clearInterval(alive);
    }`;
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', program],
    { stdio: ['ignore', 'pipe', 'inherit'], timeout: 20_000 },
  );
  const [output] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return output.trim().split('\n');
}

describe('guardLoop', () => {
  test.each([
    ['a loop that never ends', 'for (;;);'],
    ['a loop that awaits nothing', 'for (;;) await null;'],
    ['a pattern that tries everything', "/^(a+)+$/.test('a'.repeat(60) + 'b');"],
    ['a wait that blocks', 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);'],
  ])('%s is stopped, and whoever waits for it learns where it is', async (_, code) => {
    const [end, message, rest] = await said(code);
    expect(end).toBe('CODE_NEVER_WAITS');
    expect(message).toMatch(/^mine\.mjs:3:\d+: this code kept the processor for 0\.4 s and was stopped$/);
    expect(rest).toBe('others false again false');
  });

  test.each([
    ['that waits', 'await new Promise((resolve) => setTimeout(resolve, 900));'],
    ['that computes for a moment', 'for (const end = Date.now() + 150; Date.now() < end;);'],
    [
      'that waits for a program',
      "const { spawnSync } = await import('node:child_process'); spawnSync('sleep', ['1']);",
    ],
  ])('code %s is left alone', async (_, code) => {
    expect(await said(code)).toEqual(['it ended', 'others false again false']);
  });
});
