import { describe, expect, test } from '@jest/globals';
import { MANIFEST } from '../testing/malformed/scenario-files.ts';
import { parseManifest } from './manifest.ts';

/** What each mistake looks like is in testing/malformed; here is what a sound manifest becomes, and what a bad one costs. */
describe('parseManifest', () => {
  test('a sound manifest has no problem, and its objects are found where they stand', () => {
    const { objects, places, problems } = parseManifest('m.yaml', MANIFEST);
    expect(problems).toEqual([]);
    expect(objects.map(({ metadata }) => metadata.name)).toEqual(['pod-hn', 'pod-plain']);
    expect(places).toEqual([
      { line: 4, column: 3 },
      { line: 15, column: 3 },
    ]);
  });

  test('line breaks of Windows change neither objects nor places', () => {
    const windows = parseManifest('m.yaml', MANIFEST.replaceAll('\n', '\r\n'));
    expect(windows).toEqual(parseManifest('m.yaml', MANIFEST));
    expect(windows.objects).toHaveLength(2);
  });

  test('what a scenario must declare is found with its place, in templates too', () => {
    const pod = `hostNetwork: true
      volumes: [{ name: dev, hostPath: { path: /dev } }]
      containers:
        - name: main
          image: localhost/podproof/workload:v1
          securityContext: { privileged: true }
`;
    const text = `apiVersion: apps/v1
kind: Deployment
metadata: { name: many }
spec:
  selector: { matchLabels: { app: many } }
  template:
    metadata: { labels: { app: many } }
    spec:
      ${pod}`;
    const { problems, powers } = parseManifest('m.yaml', text);
    expect(problems).toEqual([]);
    expect(powers).toEqual([
      { power: 'privileged', line: 14, column: 30 },
      { power: 'hostPath /dev', line: 10, column: 42 },
    ]);
  });

  test('amounts may be numbers where labels may not', () => {
    const limits = MANIFEST.replace(
      'command:',
      'resources: { limits: { cpu: 0.5, memory: 64Mi } }\n      command:',
    );
    expect(parseManifest('m.yaml', limits).problems).toEqual([]);
    const labels = MANIFEST.replace('name: pod-hn', 'name: pod-hn\n  labels: { tier: 1 }');
    expect(parseManifest('m.yaml', labels).problems).toHaveLength(1);
  });

  test.each([
    ['brackets', '['],
    ['braces with keys', '{a: '],
    ['dashes', '- '],
    ['explicit keys', '? '],
    ['empty documents', '---\n'],
    ['empty lines', '\n'],
    ['colons', ': '],
    ['keys in one line', 'a: '],
    ['exclamation marks', '!'],
    ['NUL bytes', '\0'],
    ['comments', '#\n'],
    ['items below an open bracket', '- name: [\n'],
  ])('256 KiB of %s are refused at once', (_what, unit) => {
    const text = unit.repeat((256 * 1024) / unit.length);
    const startedAt = performance.now();
    const { objects, problems } = parseManifest('m.yaml', text);
    expect(performance.now() - startedAt).toBeLessThan(1000);
    expect(objects).toEqual([]);
    expect(problems.length).toBeGreaterThan(0);
    expect(JSON.stringify(problems).length).toBeLessThan(10_000);
  });
});
