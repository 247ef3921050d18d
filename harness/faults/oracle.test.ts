import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { SOUND } from '../testing/malformed/scenario-files.ts';
import type { FaultBench } from './bench.ts';
import type { Fault } from './fault.ts';
import { tryFaults } from './run-faults.ts';

/** Each plants mistakes of podproof's, so to speak: the oracle must find them, and nothing but them. */
async function problemsOf(over: Partial<Fault> & Pick<Fault, 'run'>): Promise<readonly string[]> {
  const fault: Fault = { id: 'T01', what: 'a test of the oracle', exit: 0, cleanMs: 300, ...over };
  const [row] = await tryFaults([fault], () => undefined);
  return row?.problems ?? ['there is no row'];
}

const shell =
  (script: string): Fault['run'] =>
  (bench) =>
    bench.start(['/bin/sh', '-c', script], {}).ended;

/** A plain run, with something done to its record afterwards. */
const plain =
  (
    env: Readonly<Record<string, string>> = {},
    name = '',
    edit = (text: string): string => text,
  ): Fault['run'] =>
  async (bench: FaultBench) => {
    await bench.plant(SOUND);
    const ended = await bench.fakePodproof(['run', '--no-jest'], env).ended;
    if (name === '') return ended;
    const file = join(await bench.lastRun(), name);
    const text = await readFile(file, 'utf8');
    if (edit(text) === text) throw new Error(`nothing was changed in ${name}`);
    await writeFile(file, edit(text));
    return ended;
  };

describe('the oracle', () => {
  test('has nothing to say about a run in which all is well', async () => {
    expect(await problemsOf({ run: plain(), tells: ['1 holds'] })).toEqual([]);
  });

  test('finds whatever is wrong with an end and with what is left', async () => {
    const script = [
      'echo "x ENGINE_GONE"',
      'docker ps',
      'echo x >"$TMPDIR/x"',
      'echo x >>"$HOME/.kube/config"',
      '/bin/sleep 100 &',
      '/bin/sleep 0.2',
      'exit 3',
    ];
    const run = shell(script.join('\n'));
    expect(await problemsOf({ run, code: 'ENGINE_GONE', tells: ['never said'], withinMs: 100 })).toEqual([
      'ended with 3, not with 0',
      expect.stringMatching(/^took \d+ ms, more than 100$/),
      'did not tell never said',
      'ENGINE_GONE does not say what to do',
      'an engine was asked: docker ps',
      expect.stringMatching(/^left behind: process \d+: \/bin\/sleep 100$/),
      'left behind: file tmp/x',
      'the kubeconfig of the user was touched',
    ]);
  });

  test('finds an end by a signal, a missing block and a green end without a result', async () => {
    const run = shell('kill -9 $$');
    expect(await problemsOf({ run, code: 'ENGINE_GONE' })).toEqual([
      'ended with SIGKILL, not with 0',
      'has no error block ENGINE_GONE',
    ]);
  });

  test('finds a result that says something else than the process', async () => {
    const run = plain({}, 'result.json', (text) => text.replace('"exitCode": 0', '"exitCode": 4'));
    expect(await problemsOf({ run })).toEqual(['the result says exit 4, the process 0']);
  });

  test('finds a green run with a journal that was edited', async () => {
    const run = plain({}, 'journal.ndjson', (text) => text.replace('"holds"', '"fails"'));
    expect(await problemsOf({ run })).toEqual([
      expect.stringMatching(/^the journal cannot be read: .* was changed after the run/),
    ]);
  });

  test('finds a claim that holds without proof', async () => {
    const forge = (text: string): string =>
      text
        .replaceAll(/^.*"role":"control".*\n/gm, '')
        .replaceAll(/^.*"type":"(seal|run\.finished)".*\n/gm, '')
        .replaceAll(/"kind":"contradicted","reasons":\[.*?\]/g, '"kind":"holds"');
    const run = plain({ PODPROOF_FAKE: 'liar' }, 'journal.ndjson', forge);
    expect(await problemsOf({ run, exit: 1 })).toEqual([
      'one/says-host holds without having seen both subject and control',
    ]);
  });

  test('says so when a fault cannot be planted', async () => {
    const run = (): Promise<never> => Promise.reject(new Error('no such thing'));
    expect(await problemsOf({ run })).toEqual(['T01 a test of the oracle: no such thing']);
  });
});
