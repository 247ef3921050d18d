import { describe, expect, test } from '@jest/globals';
import { parseManifest } from './manifest.ts';
import { formatProblem } from './problem.ts';

const good = `apiVersion: v1
kind: Pod
metadata:
  name: pod-hn
spec:
  hostNetwork: true
  containers:
    - name: main
      image: localhost/podproof/workload
      resources: { limits: { cpu: 1, memory: 64Mi } }
`;

const problemsOf = (text: string): string[] => parseManifest('m.yaml', text).problems.map(formatProblem);

describe('parseManifest', () => {
  test('a manifest of the book has no problem', () => {
    const { objects, problems } = parseManifest('m.yaml', good);
    expect(problems).toEqual([]);
    expect(objects[0]?.metadata.name).toBe('pod-hn');
  });

  test.each([
    [
      'misspelt',
      good.replace('hostNetwork', 'hostNetwrok'),
      'm.yaml:6:3  unknown field "hostNetwrok" in Pod.spec. Did you mean "hostNetwork"?',
    ],
    [
      'wrong type',
      good.replace('hostNetwork: true', 'hostNetwork: "yes"'),
      'm.yaml:6:3  spec.hostNetwork must be true or false (without quotes), not "yes".',
    ],
    [
      'deep misspelling',
      good.replace('image:', 'imgae:'),
      'm.yaml:9:7  unknown field "imgae" in Pod.spec.containers.0. Did you mean "image"?',
    ],
    [
      'duplicate key',
      good.replace('  containers:', '  hostNetwork: true\n  containers:'),
      'm.yaml:7:3  Map keys must be unique',
    ],
    ['tab', good.replace('  hostNetwork', '\thostNetwork'), 'm.yaml:6:1  '],
    [
      'foreign kind',
      good.replace('kind: Pod', 'kind: ClusterRole'),
      'm.yaml:2:1  kind "ClusterRole" is not allowed in a scenario.',
    ],
    [
      'flag as name',
      good.replace('pod-hn', '--kubeconfig=x'),
      'm.yaml:4:3  metadata.name must be a DNS-1123 label',
    ],
    [
      'own namespace',
      good.replace('name: pod-hn', 'name: pod-hn\n  namespace: default'),
      'm.yaml:5:3  metadata.namespace is chosen by podproof',
    ],
    [
      'prototype key',
      good.replace('hostNetwork: true', '__proto__: 1'),
      'm.yaml:6:3  unknown field "__proto__"',
    ],
    ['empty', '', 'm.yaml  there is no document'],
    ['comments only', '# nothing\n', 'm.yaml  there is no document'],
    ['NUL', good.replace('pod-hn', 'pod\0hn'), 'm.yaml:4:12  invisible control character U+0000'],
    ['unknown tag', good.replace('true', '!!js/function "x"'), 'm.yaml:6:16  Unresolved tag'],
    [
      'alias',
      good.replace('name: main', 'name: &a main').replace('image: localhost/podproof/workload', 'image: *a'),
      'm.yaml:1:1  anchors and aliases',
    ],
  ])('%s is refused at its place', (_name, text, expected) => {
    expect(problemsOf(text).join('\n')).toContain(expected);
  });

  test('all mistakes are told at once', () => {
    expect(problemsOf(good.replace('hostNetwork', 'hostNetwrok').replace('image:', 'imgae:'))).toHaveLength(
      2,
    );
  });
});
