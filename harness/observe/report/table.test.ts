import { describe, expect, test } from '@jest/globals';
import { textWidth } from '../../report/text-width.ts';
import type { ObserveReportV1, PodReportV1 } from './report-v1.ts';
import { observeTable } from './table.ts';
import { untold } from './untold.ts';

const PLAIN = { width: 100, color: false, unicode: true };
const origin = { file: 'pods/web.yaml', line: 7, apiVersion: 'v1', kind: 'Pod', name: 'web' };
const container = {
  name: 'main',
  role: 'main',
  image: 'nginx',
  substituted: null,
  outcome: { kind: 'observed' },
  source: 'process',
} as const;

const POD: PodReportV1 = {
  origin,
  pod: { namespace: 'n', name: 'web', node: 'worker' },
  outcome: { kind: 'observed' },
  danger: 'serious',
  podSecurity: {
    level: 'privileged',
    baseline: [{ reason: 'host namespaces', detail: 'hostNetwork=true' }],
    restricted: [
      { reason: 'host namespaces', detail: 'hostNetwork=true' },
      { reason: 'runAsNonRoot != true', detail: '' },
    ],
  },
  control: {
    removed: ['hostNetwork: true', 'container main: seccompProfile: Unconfined'],
    outcome: { kind: 'observed' },
    podSecurity: { level: 'baseline', baseline: [], restricted: [] },
  },
  containers: [container],
  findings: [
    {
      kind: 'namespace',
      about: 'net',
      containers: ['main'],
      danger: 'serious',
      because: 'hostNetwork: true',
      subject: "shares the node's network namespace: eth0 lo veth1 … (9)",
      control: 'own network namespace: eth0 lo',
      differs: true,
      sentence: '',
      values: { subject: null, control: null },
    },
    {
      kind: 'namespace',
      about: 'pid',
      containers: ['main'],
      danger: 'none',
      because: null,
      subject: 'own PID namespace',
      control: 'own PID namespace',
      differs: false,
      sentence: '',
      values: { subject: null, control: null },
    },
  ],
  notes: [],
  ms: 1900,
};

const report = (pods: readonly PodReportV1[], over: Partial<ObserveReportV1> = {}): ObserveReportV1 => ({
  schema: 1,
  run: { id: 'r', startedAt: '', podproof: '0', argv: [] },
  cluster: null,
  pods,
  notObserved: [],
  counts: { pods: pods.length, observed: 1, neverRuns: 0, couldNotTell: 0 },
  cleanup: { leftovers: [], kept: [] },
  problem: null,
  totalMs: 4000,
  exitCode: 0,
  ...over,
});

describe('observeTable', () => {
  test('one pod reads like this', () => {
    expect(observeTable(report([POD]), PLAIN)).toBe(
      [
        'web · Pod · on worker · 1.9 s',
        '  pods/web.yaml:7',
        '  Pod Security: needs privileged',
        '    baseline refuses host namespaces',
        '    restricted also refuses runAsNonRoot != true',
        '    on the node it gets                         the control                 because of',
        "  ! shares the node's network namespace: eth0   own network namespace:      hostNetwork: true",
        '    lo veth1 … (9)                              eth0 lo',
        '  = like the control: own pid namespace',
        '  no difference seen from container main: seccompProfile: Unconfined',
        '',
        '1 pod · 1 observed · 0 never run · 0 could not be told · 4.0 s',
        '',
      ].join('\n'),
    );
  });

  test('the most dangerous pod comes first, whatever the order of the input', () => {
    const harmless = {
      ...POD,
      danger: 'none' as const,
      origin: { ...origin, name: 'harmless' },
      findings: [],
    };
    const text = observeTable(report([harmless, POD]), PLAIN);
    expect(text.indexOf('web ·')).toBeLessThan(text.indexOf('harmless ·'));
  });

  test('says why a pod never runs, what could not be told, what was not looked at and what was left behind', () => {
    const text = observeTable(
      report(
        [
          {
            ...POD,
            outcome: { kind: 'never runs', by: 'scheduler', why: '0/3 nodes are available' },
            control: {
              removed: ['hostPID: true'],
              outcome: { kind: 'never runs', by: 'scheduler', why: 'neither' },
              podSecurity: { level: 'unknown', why: '' },
            },
          },
          untold(origin, 'the image nginx cannot be pulled'),
        ],
        {
          notObserved: [
            { file: 'a.yaml', line: 3, column: 4, kind: null, name: null, why: 'not YAML.' },
            { file: 'b.yaml', line: 1, column: null, kind: 'Service', name: 'web', why: 'starts no pod' },
          ],
          cleanup: { leftovers: ['/data on node worker'], kept: [] },
        },
      ),
      PLAIN,
    );
    expect(text).toContain('  never runs (scheduler): 0/3 nodes are available\n');
    expect(text).toContain('  the control, without hostPID: true: never runs (scheduler): neither\n');
    expect(text).toContain('  could not tell: the image nginx cannot be pulled\n');
    expect(text).toContain('  a.yaml:3:4: not YAML.\n  b.yaml:1 Service web: starts no pod\n');
    expect(text).toContain('  LEFT BEHIND: /data on node worker\n');
  });

  test('no line is wider than the terminal, nothing from outside controls it, and ASCII stays ASCII', () => {
    const evil = '\u001b[2J\u202eevil \u0007'.repeat(30) + 'x'.repeat(300);
    const nasty: PodReportV1 = {
      ...POD,
      origin: { ...origin, name: evil, file: evil },
      notes: [evil],
      containers: [
        { ...container, name: evil, substituted: { command: 'replaced', asUser: 65_534 }, image: evil },
      ],
      findings: POD.findings.map((finding) => ({
        ...finding,
        subject: evil,
        control: evil,
        because: evil,
        containers: [evil, 'b'],
      })),
    };
    for (const width of [40, 100]) {
      const text = observeTable(report([nasty]), { width, color: false, unicode: false });
      expect(text).toMatch(/^[\n\x20-\x7e]*$/);
      expect(Math.max(...text.split('\n').map(textWidth))).toBeLessThanOrEqual(width);
    }
  });
});
