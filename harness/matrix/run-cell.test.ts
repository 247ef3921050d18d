import { describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Deadline } from '../core/deadline.ts';
import { InterruptedError } from '../core/errors.ts';
import { runCell, type CellEnd } from './run-cell.ts';

const ENOUGH_MS = 60_000;

interface Played {
  readonly end: CellEnd;
  readonly log: string;
}

/** Plays a run: `script` is its program, `onLine` sees what it says on stderr. */
async function play(
  script: string,
  {
    onLine = () => undefined,
    stop,
    insist,
  }: { onLine?: (line: string) => void; stop?: AbortSignal; insist?: AbortSignal } = {},
): Promise<Played> {
  const folder = await mkdtemp(join(tmpdir(), 'podproof-cell-'));
  try {
    const program = join(folder, 'run.mjs');
    await writeFile(program, script);
    const logFile = join(folder, 'cell.log');
    const end = await runCell({
      argv: [process.execPath, program],
      cwd: folder,
      logFile,
      deadline: Deadline.in(ENOUGH_MS, 'the cell', stop),
      insist: insist ?? new AbortController().signal,
      onLine,
    });
    return { end, log: await readFile(logFile, 'utf8') };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Cleans up at the first signal, gives up at the second. */
const PATIENT = `
  let signals = 0;
  for (const name of ['SIGINT', 'SIGTERM'])
    process.on(name, () => {
      signals += 1;
      console.error(name + ' ' + signals);
      if (signals > 1) process.exit(99);
      setTimeout(() => { console.log('cleaned up'); process.exit(name === 'SIGINT' ? 130 : 143); }, NEEDS_MS);
    });
  setInterval(() => undefined, 1000);
  console.error('started');
`;

describe('the process of a cell', () => {
  test('ends with its own exit code, and everything it printed is kept', async () => {
    const lines: string[] = [];
    const script = `console.log('claims'); console.error('progress'); process.exitCode = 1;`;
    const { end, log } = await play(script, { onLine: (line) => lines.push(line) });
    expect(end).toEqual({ kind: 'exited', exitCode: 1 });
    expect(lines).toEqual(['progress']);
    expect(log.split('\n').sort()).toEqual(['', 'claims', 'progress']);
  });

  test('is over when it has ended, whatever one that it started goes on saying', async () => {
    const late = `setInterval(() => process.stderr.write('late\\n', () => undefined), 100); setTimeout(() => process.exit(), 4500);`;
    const script = `
      import { spawn } from 'node:child_process';
      spawn(process.execPath, ['-e', ${JSON.stringify(late)}], { detached: true, stdio: ['ignore', 'ignore', 'inherit'] });
      process.exit(4);
    `;
    const lines: string[] = [];
    const { end } = await play(script, { onLine: (line) => lines.push(line) });
    expect(end).toEqual({ kind: 'exited', exitCode: 4 });
    const heard = lines.length;
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(lines).toHaveLength(heard);
  });

  test('that is killed has no exit code', async () => {
    const { end } = await play(`process.kill(process.pid, 'SIGKILL'); setInterval(() => undefined, 1000);`);
    expect(end).toEqual({ kind: 'lost', why: 'it was ended by SIGKILL' });
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('gets %s once, and its clean-up is waited for', async (name, exitCode) => {
    const stop = new AbortController();
    const onLine = (line: string): void => {
      if (line === 'started') stop.abort(new InterruptedError(name));
    };
    const { end, log } = await play(PATIENT.replace('NEEDS_MS', '300'), { onLine, stop: stop.signal });
    expect(end).toEqual({ kind: 'exited', exitCode });
    expect(log).toContain('cleaned up');
    expect(log).not.toContain(`${name} 2`);
  });

  test('gets the second signal of somebody who insists', async () => {
    const stop = new AbortController();
    const insist = new AbortController();
    const onLine = (line: string): void => {
      if (line === 'started') stop.abort(new InterruptedError('SIGINT'));
      if (line === 'SIGINT 1') insist.abort(new InterruptedError('SIGINT'));
    };
    const script = PATIENT.replace('NEEDS_MS', String(ENOUGH_MS));
    const { end } = await play(script, { onLine, stop: stop.signal, insist: insist.signal });
    expect(end).toEqual({ kind: 'exited', exitCode: 99 });
  });
});
