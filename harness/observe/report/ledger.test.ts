import { describe, expect, test } from '@jest/globals';
import type { Inputs } from '../manifests/inputs.ts';
import { readDocuments } from '../manifests/read-documents.ts';
import { sortDocuments } from '../manifests/sort-documents.ts';
import { createLedger, type Ledger } from './ledger.ts';
import type { OutcomeV1, PodReportV1 } from './report-v1.ts';
import { untold } from './untold.ts';

const YAML = ['a', 'b']
  .map((name) => `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\n`)
  .concat('apiVersion: v1\nkind: Service\nmetadata: {name: s}\n')
  .join('---\n');
const origin = { file: 'x.yaml', line: 1, apiVersion: 'v1', kind: 'Pod', name: 'a' };
const pod = (outcome: OutcomeV1): PodReportV1 => ({ ...untold(origin, ''), outcome });
const refused: OutcomeV1 = { kind: 'never runs', by: 'kubelet', why: 'no' };

function ledger(problemsInFolders: Inputs['problems'] = []): Ledger {
  const { documents } = readDocuments('x.yaml', YAML);
  const inputs = { documents, problems: [], problemsInFolders };
  return createLedger({ runId: 'r', argv: [], podproof: '0', sorted: sortDocuments(documents), inputs });
}

describe('createLedger', () => {
  test('observed and never runs are answers, so nothing is wrong with the run', () => {
    const book = ledger();
    book.tell(1, pod(refused));
    book.tell(0, pod({ kind: 'observed' }));
    expect(book.exitCodes()).toEqual([]);
    const { counts, pods, notObserved } = book.report({ exitCode: 0, problem: undefined });
    expect(counts).toEqual({ pods: 2, observed: 1, neverRuns: 1, couldNotTell: 0 });
    expect(pods.map(({ outcome }) => outcome.kind)).toEqual(['observed', 'never runs']);
    expect(notObserved).toMatchObject([{ kind: 'Service', line: 9 }]);
  });

  test('a pod that nobody reached could not be told: exit 4', () => {
    const book = ledger();
    book.tell(0, pod({ kind: 'observed' }));
    expect(book.exitCodes()).toEqual([4]);
    const { pods, problem } = book.report({ exitCode: 130, problem: { code: 'INTERRUPTED', message: 'x' } });
    expect(pods[1]).toMatchObject({
      origin: { name: 'b' },
      outcome: { why: 'the run ended before it was looked at' },
    });
    expect(problem).toEqual({ code: 'INTERRUPTED', message: 'x' });
  });

  test('an unreadable file of a folder is exit 2 and is told with its place, a leftover is exit 6', () => {
    const book = ledger([{ file: 'bad.yaml', line: 3, column: 1, message: 'not YAML.', hint: 'Render it.' }]);
    book.tell(0, pod({ kind: 'observed' }));
    book.tell(1, pod({ kind: 'observed' }));
    book.leftovers.push('/data on node w');
    expect(book.exitCodes()).toEqual([2, 6]);
    expect(book.report({ exitCode: 2, problem: undefined }).notObserved[0]).toEqual({
      file: 'bad.yaml',
      line: 3,
      column: 1,
      kind: null,
      name: null,
      why: 'not YAML. Render it.',
    });
  });
});
