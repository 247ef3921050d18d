import { describe, expect, test } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resultJson } from '../report/json.ts';
import { summarize } from '../report/summary.ts';
import { dated, HOST_PORT, unitEvents, wholeRun } from '../testing/run-events.ts';
import { parseResult, readResult } from './read-result.ts';

const text = resultJson(summarize(dated(wholeRun([HOST_PORT], unitEvents(HOST_PORT)))));

function withVerdict(result: Record<string, unknown>, verdict: object): unknown {
  const [unit] = result['scenarios'] as { claims: object[] }[];
  return {
    ...result,
    scenarios: [{ ...unit, claims: unit?.claims.map((claim) => ({ ...claim, verdict })) }],
  };
}

describe('a result file', () => {
  test('is read from the file or from its run folder', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'podproof-result-'));
    try {
      await writeFile(join(folder, 'result.json'), text);
      expect(await readResult(folder)).toEqual(JSON.parse(text));
      expect(await readResult(join(folder, 'result.json'))).toEqual(JSON.parse(text));
      await expect(readResult(join(folder, 'none.json'))).rejects.toThrow(/none\.json is no result.*ENOENT/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('cannot write on the terminal what it likes', () => {
    const evil = text.replace('HTTP 200 from worker', '\\u001b[2Jall fine');
    expect(parseResult(evil, 'x').scenarios[0]?.claims[0]?.seen).toBe('all fine');
  });

  test.each<[string, (result: Record<string, unknown>) => unknown]>([
    ['schema', () => ({ hello: 'world' })],
    ['schema', (result) => ({ ...result, schema: 2 })],
    ['scenarios', (result) => ({ ...result, scenarios: {} })],
    ['versions', (result) => ({ ...result, versions: null })],
    ['exit code', (result) => ({ ...result, exitCode: 'fine' })],
    ['not complete', (result) => ({ ...result, scenarios: [{ id: 'x', claims: [{ id: 'y' }] }] })],
    ['not complete', (result) => withVerdict(result, { kind: 'fine' })],
    ['not complete', (result) => withVerdict(result, { kind: 'contradicted' })],
    ['not complete', (result) => withVerdict(result, { kind: 'skipped' })],
    ['cluster', (result) => ({ ...result, cluster: { provider: 'kind' } })],
    ['problem', (result) => ({ ...result, problems: ['x'] })],
  ])('with a wrong %s is refused', (word, change) => {
    const changed = JSON.stringify(change(JSON.parse(text) as Record<string, unknown>));
    expect(() => parseResult(changed, 'x.json')).toThrow(word);
  });

  test('that ends early is refused', () => {
    expect(() => parseResult(text.slice(0, -20), 'x.json')).toThrow(/x\.json is no result of a run/);
  });
});
