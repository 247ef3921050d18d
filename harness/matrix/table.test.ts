import { describe, expect, test } from '@jest/globals';
import { resultOf } from '../report/json.ts';
import type { ResultV1 } from '../report/result-v1.ts';
import { summarize } from '../report/summary.ts';
import {
  claim,
  CONTRADICTED,
  dated,
  HOST_PORT,
  judged,
  unitEvents,
  wholeRun,
} from '../testing/run-events.ts';
import { assemble, notRun, toldBy, type Entry } from './entry.ts';
import { matrixMarkdown } from './markdown.ts';
import { matrixTable } from './table.ts';

const style = { width: 100, color: false, unicode: true };

function ran(name: string, result: ResultV1): Entry {
  const { told } = notRun(name, { provider: '', kubernetes: '', nodes: 0 }, '', result.exitCode);
  return { told: { ...told, ...toldBy(result), state: 'run', reason: null, ms: 96_000 }, result };
}

const fine = resultOf(summarize(dated(wholeRun([HOST_PORT], unitEvents(HOST_PORT)))));
const unit = {
  ...HOST_PORT,
  claims: [...HOST_PORT.claims.slice(0, 1), claim('own-namespace', 'must', 'one node')],
};
const red = resultOf(
  summarize(
    dated(wholeRun([unit], judged(unit, 'answers', { verdict: CONTRADICTED, seen: 'refused | `curl 7`' }))),
  ),
  1,
);
const missing = notRun(
  'minikube-1.37-3',
  { provider: 'minikube', kubernetes: '1.37', nodes: 3 },
  'minikube is not installed',
  3,
);
const matrix = assemble('nightly', [ran('kind-1.37-3', fine), ran('kind-1.36-3', red), missing]);

describe('the table on a terminal', () => {
  test('shows cells, claims, and what differs with what was seen', () => {
    expect(matrixTable(matrix, { style, verbose: false })).toBe(` 1  kind · Kubernetes v1.37.2 · 3 nodes
    2 hold · verdict 3.4 s · in all 96.0 s · exit 0
 2  kind · Kubernetes v1.37.2 · 3 nodes
    1 contradicted · 1 skipped · verdict 3.4 s · in all 96.0 s · exit 1
 3  minikube · Kubernetes 1.37 · 3 nodes
    not run: minikube is not installed · exit 3

                                  1               2               3
host-port
  answers                         ✔ holds         ✖ contradicted  · not run
  own-namespace                   ✔ holds         – skipped       · not run

the same in all: podproof 0.1.0 · kind 0.33.0 · kubernetes v1.37.2 · containerd 2.3.7 · cgroup v1 ·
provider kind · nodes 3

not shown everywhere
  – skipped in 2: one node
      host-port/own-namespace

‼ NOT THE SAME EVERYWHERE: 1 of 2 claims

host-port/answers
  answers on port 9000 of the node it runs on
  ✔ holds in 1
      seen      HTTP 200 from worker
      control   refused
  ✖ contradicted in 2
      seen      refused | \`curl 7\`
      control   refused
      because   the subject had to show HTTP 200, but showed refused (curl 7)
  no property that is known of the cells goes with it

3 cells · 2 run · 2 claims · 1 with other verdicts · 1 not shown everywhere · exit 3
`);
  });

  test('keeps to its width, with signs alone where there are many cells', () => {
    const cells = Array.from({ length: 12 }, (_, index) =>
      ran(`cell-${String(index)}`, index === 7 ? red : fine),
    );
    const text = matrixTable(assemble('', cells), {
      style: { ...style, width: 80, unicode: false },
      verbose: false,
    });
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
    expect(text).toMatch(/ {2}answers +(\+ +){7}x +(\+ *){4}\n/);
    expect(text).toContain('!! NOT THE SAME EVERYWHERE');
  });

  test('shows other words for the same verdict when asked to', () => {
    const other = resultOf(
      summarize(dated(wholeRun([HOST_PORT], unitEvents(HOST_PORT, { seen: 'HTTP 403' })))),
    );
    const both = assemble('', [ran('a', fine), ran('b', other)]);
    expect(matrixTable(both, { style, verbose: true })).toContain('2         HTTP 403 (control: refused)');
    expect(matrixTable(both, { style, verbose: false })).not.toContain('HTTP 403');
  });
});

test('Markdown begins with what differs and cannot be broken out of', () => {
  const text = matrixMarkdown(matrix);
  expect(text.indexOf('### ‼ Not the same everywhere: 1')).toBeLessThan(text.indexOf('### Claims'));
  expect(text).toContain('| host-port/answers | ✔ holds | ✖ **contradicted** | · not run |');
  expect(text).toContain('| 2 | ✖ **contradicted** | refused &#124; &#96;curl 7&#96; | refused |');
  expect(text).toContain('**not run:** minikube is not installed');
  expect(text).toContain('- skipped in 2: one node<br>host-port/own-namespace');
});
