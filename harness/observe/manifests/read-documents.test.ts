import { describe, expect, test } from '@jest/globals';
import { readDocuments } from './read-documents.ts';

const POD = 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n';

describe('readDocuments', () => {
  test('several documents come with the line they begin at; empty ones are none', () => {
    const { documents, problems } = readDocuments('x.yaml', `# first\n${POD}---\n---\n# second\n${POD}...\n`);
    expect(problems).toEqual([]);
    expect(documents.map(({ line }) => line)).toEqual([2, 9]);
  });

  test('a list is its items, which inherit the kind of a typed list', () => {
    const text =
      'apiVersion: v1\nkind: PodList\nitems:\n- metadata: {name: a}\n- metadata: {name: b}\n- oops\n';
    const { documents } = readDocuments('x.yaml', text);
    expect(documents.map(({ line, object }) => [line, object['kind'], object['apiVersion']])).toEqual([
      [4, 'Pod', 'v1'],
      [5, 'Pod', 'v1'],
      [6, 'Pod', 'v1'],
    ]);
  });

  test('JSON with tabs, a byte order mark and Windows line ends is a manifest too', () => {
    const json = JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } }, null, '\t');
    expect(readDocuments('x.json', json).documents).toHaveLength(1);
    expect(readDocuments('x.yaml', `\uFEFF${POD.replaceAll('\n', '\r\n')}`).documents).toHaveLength(1);
  });

  test('reads scalars as kubectl does: yes is true, 0644 octal, dates and port pairs are text', () => {
    const { documents } = readDocuments('x.yaml', `${POD}spec: {a: yes, b: 0644, c: 2001-12-14, d: 80:80}\n`);
    expect(documents[0]?.object['spec']).toEqual({ a: true, b: 420, c: '2001-12-14', d: '80:80' });
  });

  test('anchors and merge keys are allowed, an alias bomb is not', () => {
    const honest = `${POD}base: &base {a: 1}\nmore: {<<: *base, b: 2}\n`;
    expect(readDocuments('x.yaml', honest).documents[0]?.object['more']).toEqual({ a: 1, b: 2 });
    const levels = 'bcdefghij'.split('').map((name, index) => {
      const inner = String.fromCharCode(97 + index);
      return `${name}: &${name} [${Array.from({ length: 9 }, () => `*${inner}`).join(',')}]`;
    });
    const bomb = `${POD}a: &a [x,x,x,x,x,x,x,x,x]\n${levels.join('\n')}\n`;
    const startedAt = performance.now();
    expect(readDocuments('x.yaml', bomb).problems[0]?.message).toContain('anchors and aliases');
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });

  test.each([
    ['kind: Pod\n  oops: 1\n', 1, /mapping|indent/i],
    ['{{- if .Values.on }}\nkind: Pod\n', 1, /./],
    ['just words\n', 1, /not a Kubernetes object: it is no object/],
    ['kind: Pod\n', 1, /it has no apiVersion/],
    [`${POD}x: ${'['.repeat(150)}${']'.repeat(150)}\n`, 1, /nested more than 100/],
  ])('tells what is wrong with %j and where', (text, line, message) => {
    const [problem] = readDocuments('x.yaml', text).problems;
    expect(problem).toMatchObject({ file: 'x.yaml', line, column: expect.any(Number) });
    expect(problem?.message).toMatch(message);
  });

  test('a key that stands twice counts as kubectl has it, and is told', () => {
    const { documents, problems } = readDocuments('x.yaml', `${POD}spec: {a: 1, a: 2}\n`);
    expect(problems).toEqual([]);
    expect(documents[0]?.object['spec']).toEqual({ a: 2 });
    expect(documents[0]?.notes).toEqual([
      'the key at 5:14 stands there for the second time; it is the one that counts',
    ]);
  });

  test.each([
    ['', 'nothing in this file'],
    ['a\0b', 'NUL'],
    ['a: 1\n'.repeat(1_000_000), 'larger than 4 MiB'],
  ])('refuses what is no text of a manifest', (text, message) => {
    expect(readDocuments('x.yaml', text).problems[0]?.message).toContain(message);
  });
});
