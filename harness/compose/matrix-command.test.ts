import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { matrixSettings } from '../config/matrix-settings.ts';
import { resolvePlaces } from '../config/places.ts';
import { InterruptedError } from '../core/errors.ts';
import type { ExitCode } from '../core/exit-codes.ts';
import type { MatrixV1 } from '../matrix/stored-matrix.ts';
import { resultOf } from '../report/json.ts';
import { summarize } from '../report/summary.ts';
import { CONTRADICTED, dated, HOST_PORT, unitEvents, wholeRun } from '../testing/run-events.ts';
import { matrixCommand } from './matrix-command.ts';

/**
 * Stands for podproof: notes how it was called, writes the result that the test wants for its version of Kubernetes
 * and ends as the result says. `hang` waits for a signal first.
 */
const PROGRAM = `
  import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
  import { join } from 'node:path';
  const here = import.meta.dirname;
  const after = (flag) => process.argv[process.argv.indexOf(flag) + 1];
  const [kubernetes, provider, nodes] = ['--kubernetes', '--provider', '--nodes'].map(after);
  appendFileSync(join(here, 'calls'), process.argv.slice(2, -1).join(' ') + '\\n');
  const wanted = JSON.parse(readFileSync(join(here, kubernetes + '.json'), 'utf8'));
  const end = (code) => {
    const versions = { ...wanted.versions, kubernetes: 'v' + kubernetes + '.9' };
    const cluster = wanted.cluster && { ...wanted.cluster, provider, nodes: Array(Number(nodes)).fill('node') };
    writeFileSync(after('--json'), JSON.stringify({ ...wanted, versions, cluster, exitCode: code }));
    process.exit(code);
  };
  console.error('… cluster  on its way');
  if (wanted.mute) process.exit(0);
  if (wanted.hang) {
    process.on('SIGINT', () => end(130));
    setTimeout(() => end(70), 60_000);
    console.error('waiting');
  } else end(wanted.exitCode);
`;

const fine = resultOf(summarize(dated(wholeRun([HOST_PORT], unitEvents(HOST_PORT)))));
const red = resultOf(
  summarize(dated(wholeRun([HOST_PORT], unitEvents(HOST_PORT, { verdict: CONTRADICTED, seen: 'refused' })))),
  1,
);
const missing = {
  ...fine,
  ...{ cluster: null, plan: [], scenarios: [], exitCode: 3 },
  problems: [{ code: 'X', message: 'minikube is not installed', hint: null, exitCode: 3, context: {} }],
};

/** Each cell is a process, which takes its time on a busy machine. */
const LIMIT_MS = 60_000;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podproof-matrix-'));
  await writeFile(join(folder, 'program.mjs'), PROGRAM);
  await wanted({ '1.37': fine, '1.36': fine });
});
afterEach(() => rm(folder, { recursive: true }));

async function wanted(results: Readonly<Record<string, object>>): Promise<void> {
  for (const [minor, result] of Object.entries(results))
    await writeFile(join(folder, `${minor}.json`), JSON.stringify(result));
}

interface Ended {
  readonly exitCode: ExitCode;
  readonly out: string;
  readonly err: string;
  readonly matrix: MatrixV1;
  /** Command lines of the runs that were started. */
  readonly calls: readonly string[];
}

async function matrix(
  flags: Readonly<Record<string, unknown>> = {},
  onErr: (text: string, stop: AbortController) => void = () => undefined,
): Promise<Ended> {
  const stop = new AbortController();
  const text = { out: '', err: '' };
  const style = { width: 100, color: false, unicode: true };
  await writeFile(join(folder, 'calls'), '');
  const exitCode = await matrixCommand({
    settings: matrixSettings({ ids: [], name: 'test', ...flags }, {}),
    places: { ...resolvePlaces({}), runs: folder },
    terminal: {
      out: (piece) => (text.out += piece),
      err: (piece) => {
        text.err += piece;
        onErr(piece, stop);
      },
      ...{ outStyle: style, errStyle: style, live: false },
    },
    guard: { signal: stop.signal },
    program: [process.execPath, join(folder, 'program.mjs')],
  });
  const stored = await readFile(join(folder, 'matrix-test/matrix.json'), 'utf8');
  const calls = (await readFile(join(folder, 'calls'), 'utf8')).trim().split('\n');
  return {
    exitCode,
    ...text,
    matrix: JSON.parse(stored) as MatrixV1,
    calls: calls.filter((call) => call !== ''),
  };
}

describe('a matrix', () => {
  test(
    'runs each combination with the words of run, and compares',
    async () => {
      const {
        exitCode,
        out,
        matrix: told,
        calls,
      } = await matrix({ ids: ['host-port'], nodes: '1,3', mutants: true });
      expect(exitCode).toBe(0);
      expect(calls).toHaveLength(4);
      expect(calls[0]).toMatch(
        /^run host-port --provider kind --kubernetes 1\.37 --nodes 1 --mutants --timeout 60 --no-color --json$/,
      );
      expect(told.cells.map(({ name }) => name)).toEqual([
        'kind-1.37-1',
        'kind-1.36-1',
        'kind-1.37-3',
        'kind-1.36-3',
      ]);
      expect(out).toContain('4 cells · 4 run · 2 claims · 0 with other verdicts · exit 0');
      expect(await readFile(join(folder, 'matrix-test/matrix.md'), 'utf8')).toContain(
        '| host-port/answers |',
      );
    },
    LIMIT_MS,
  );

  test(
    'is loud where a verdict differs, and ends as its worst cell',
    async () => {
      await wanted({ '1.36': red });
      const { exitCode, out } = await matrix();
      expect(exitCode).toBe(1);
      expect(out).toContain('‼ NOT THE SAME EVERYWHERE: 2 of 2 claims');
      expect(out).toMatch(/✖ contradicted in 2\n +seen +refused/);
      expect(out).toContain('kubernetes: v1.37.9 | v1.36.9');
    },
    LIMIT_MS,
  );

  test(
    'does not run again what is there, unless its inputs or its file changed or it is told to',
    async () => {
      await wanted({ '1.36': red });
      expect((await matrix()).calls).toHaveLength(2);
      const again = await matrix();
      expect(again).toMatchObject({ calls: [], exitCode: 1 });
      expect(again.out).toContain('run before');
      expect((await matrix({ mutants: true })).calls).toHaveLength(2);
      expect((await matrix({ mutants: true, fresh: true })).calls).toHaveLength(2);
      // A start that asks for less forgets nothing.
      expect((await matrix({ mutants: true, kubernetes: '1.37' })).calls).toEqual([]);
      expect((await matrix({ mutants: true })).calls).toEqual([]);
      const file = join(folder, 'matrix-test/kind-1.36-3.json');
      await writeFile(file, (await readFile(file, 'utf8')).replaceAll('contradicted', 'holds'));
      const repaired = await matrix({ mutants: true });
      expect(repaired).toMatchObject({ exitCode: 1, calls: [expect.stringContaining('--kubernetes 1.36')] });
    },
    LIMIT_MS,
  );

  test(
    'runs again what was inconclusive or broke off',
    async () => {
      await wanted({ '1.36': { ...fine, exitCode: 4 } });
      expect((await matrix()).exitCode).toBe(4);
      await wanted({ '1.36': fine });
      const { calls, exitCode } = await matrix();
      expect(calls).toEqual([expect.stringContaining('--kubernetes 1.36')]);
      expect(exitCode).toBe(0);
    },
    LIMIT_MS,
  );

  test(
    'shows a cell whose provider is missing as not run, never as passed',
    async () => {
      await wanted({ '1.36': missing });
      const { exitCode, out, matrix: told } = await matrix();
      expect(exitCode).toBe(3);
      expect(out).toContain('not run: minikube is not installed · exit 3');
      expect(out).toMatch(/answers +✔ holds +· not run/);
      expect(told.cells[1]).toMatchObject({ state: 'not run', reason: 'minikube is not installed' });
      expect(told.differences).toEqual([]);
    },
    LIMIT_MS,
  );

  test(
    'when interrupted lets the cell clean up, starts no other, and goes on there the next time',
    async () => {
      await wanted({ '1.36': { ...fine, hang: true } });
      const kubernetes = '1.37,1.36,1.37';
      const interrupted = await matrix({ kubernetes, nodes: '3,1' }, (text, stop) => {
        if (text.includes('kind · Kubernetes 1.36 · 3 nodes'))
          setTimeout(() => stop.abort(new InterruptedError('SIGINT')), 500);
      });
      expect(interrupted.exitCode).toBe(130);
      expect(interrupted.calls).toHaveLength(2);
      expect(interrupted.out).toContain('not run: the matrix was interrupted before its turn · exit 130');
      await wanted({ '1.36': fine });
      const { calls, exitCode } = await matrix({ kubernetes, nodes: '3,1' });
      expect(calls.map((call) => /--kubernetes (\S+) --nodes (\d)/.exec(call)?.slice(1))).toEqual([
        ['1.36', '3'],
        ['1.37', '1'],
        ['1.36', '1'],
      ]);
      expect(exitCode).toBe(0);
    },
    LIMIT_MS,
  );

  test(
    'takes no result of an earlier start for that of a run which left none',
    async () => {
      await matrix();
      await wanted({ '1.36': { ...fine, mute: true } });
      expect((await matrix({ fresh: true })).matrix.cells[1]).toMatchObject({
        state: 'not run',
        exitCode: 5,
      });
    },
    LIMIT_MS,
  );

  test(
    'refuses what it does not know before anything is started',
    async () => {
      await expect(matrix({ kubernetes: '1.37,1.35' })).rejects.toMatchObject({
        code: 'KUBERNETES_UNKNOWN',
        exitCode: 2,
      });
      await expect(matrix({ provider: 'kind,attached' })).rejects.toMatchObject({ code: 'FLAGS_MIXED' });
      await expect(matrix({ ids: ['no-such-scenario'] })).rejects.toMatchObject({ exitCode: 2 });
      expect(await readFile(join(folder, 'calls'), 'utf8')).toBe('');
    },
    LIMIT_MS,
  );
});
