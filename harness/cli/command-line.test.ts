import { describe, expect, test } from '@jest/globals';
import type { MatrixSettings } from '../config/matrix-settings.ts';
import type { ObserveSettings } from '../config/observe-settings.ts';
import type { RunSettings } from '../config/settings.ts';
import { EXIT_CODES } from '../core/exit-codes.ts';
import { commandLine, type CleanOptions, type Commands } from './command-line.ts';

interface Called {
  run?: RunSettings;
  clean?: CleanOptions;
  show?: string;
  doctor?: { readonly json: boolean; readonly settings: RunSettings };
  observe?: ObserveSettings;
  saveImages?: string;
  matrix?: MatrixSettings;
  text: string;
}

async function call(...argv: string[]): Promise<Called & { exitCode: number }> {
  const called: Called = { text: '' };
  const ok = (): Promise<0> => Promise.resolve(EXIT_CODES.ok);
  const commands: Commands = {
    run: (settings) => ok().finally(() => (called.run = settings)),
    list: ok,
    show: (id) => ok().finally(() => (called.show = id)),
    validate: ok,
    report: ok,
    clean: (options) => ok().finally(() => (called.clean = options)),
    doctor: (options) => ok().finally(() => (called.doctor = options)),
    saveImages: (file) => ok().finally(() => (called.saveImages = file)),
    observe: (settings) => ok().finally(() => (called.observe = settings)),
    matrix: (settings) => ok().finally(() => (called.matrix = settings)),
  };
  const write = (text: string): void => {
    called.text += text;
  };
  const exitCode = await commandLine({ version: '0.1.0', write, writeError: write, commands })(argv);
  return { ...called, exitCode };
}

describe('commandLine', () => {
  test('run takes ids and flags', async () => {
    const { run, exitCode } = await call(
      'run',
      'host-port',
      'run-as-guest',
      '--keep',
      '--nodes',
      '2',
      '--no-jest',
      '--json',
      'x.json',
    );
    expect(exitCode).toBe(0);
    expect(run).toMatchObject({
      ids: ['host-port', 'run-as-guest'],
      keep: true,
      nodes: 2,
      jest: false,
      json: 'x.json',
    });
  });

  test('down removes what was kept, clean --all the cache too, clean alone neither', async () => {
    expect((await call('down')).clean).toEqual({ kept: true, cache: false, dryRun: false });
    expect((await call('clean', '--all', '--dry-run')).clean).toEqual({
      kept: true,
      cache: true,
      dryRun: true,
    });
    expect((await call('clean')).clean).toEqual({ kept: false, cache: false, dryRun: false });
  });

  test('doctor looks with the settings that a run would have', async () => {
    const { doctor } = await call('doctor', '--json', '--nodes', '5', '--allow-remote-docker');
    expect(doctor).toMatchObject({ json: true, settings: { nodes: 5, allowRemoteDocker: true } });
  });

  test('observe takes several inputs and needs at least one', async () => {
    const { observe, exitCode } = await call(
      ...'observe -f a.yaml -f - --json --no-control --nodes 2'.split(' '),
    );
    expect(exitCode).toBe(0);
    expect(observe).toMatchObject({
      paths: ['a.yaml', '-'],
      json: true,
      withControl: false,
      substituteImages: false,
      run: { nodes: 2, keep: false },
    });
    expect(await call('observe')).toMatchObject({ exitCode: 2, text: expect.stringContaining('--filename') });
  });

  test('matrix takes lists, or files to compare', async () => {
    const { matrix } = await call(
      ...'matrix host-port --kubernetes 1.36,1.37 --nodes 1,3 --fresh'.split(' '),
    );
    expect(matrix).toMatchObject({
      providers: [{ name: 'kind', nodes: [1, 3] }],
      kubernetes: ['1.36', '1.37'],
      fresh: true,
      compare: [],
      run: { ids: ['host-port'], fresh: false },
    });
    const { matrix: comparison } = await call(...'matrix --compare a.json b.json --json c.json'.split(' '));
    expect(comparison).toMatchObject({ compare: ['a.json', 'b.json'], json: 'c.json' });
  });

  test('what it does not know is exit 2 with a suggestion', async () => {
    expect(await call('run', '--mutant')).toMatchObject({
      exitCode: 2,
      text: expect.stringContaining('Did you mean --mutants?'),
    });
    expect(await call('run', '--nodes', 'many')).toMatchObject({
      exitCode: 2,
      text: expect.stringContaining('whole number'),
    });
    expect((await call('show')).exitCode).toBe(2);
  });

  test('help and version are no mistakes', async () => {
    expect(await call('--help')).toMatchObject({ exitCode: 0, text: expect.stringContaining('validate') });
    expect(await call('--version')).toMatchObject({ exitCode: 0, text: '0.1.0\n' });
  });
});
