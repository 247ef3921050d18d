import { describe, expect, test } from '@jest/globals';
import type { CheckResult, Diagnosis, Level } from '../core/diagnosis.ts';
import { consoleReport } from './console.ts';
import { doctorJson } from './doctor-json.ts';
import { doctorTable, findingLines } from './doctor-table.ts';
import { resultOf } from './json.ts';
import { parseEvent } from './parse-event.ts';
import { summarize } from './summary.ts';

const style = { width: 80, color: false, unicode: true };

function result(id: string, level: Level, seen: string, more: Partial<CheckResult> = {}): CheckResult {
  return {
    id,
    level,
    seen,
    title: `Check ${id}`,
    tried: 'looked',
    doc: `docs/doctor.md#${id.toLowerCase()}`,
    ms: 3,
    ...more,
  };
}

const diagnosis: Diagnosis = {
  ms: 812,
  checks: [
    result('D01', 'ok', 'Node v24.21.0'),
    result('D06', 'auto-fixed', 'cgroup v1: the kubelet is patched', { cause: 'It refuses cgroup v1.' }),
    result('D10', 'fail', '128 instances, 120 used', {
      cause: 'Three nodes need 63 of them, and a node without would boot half and never be Ready.',
      fix: 'As root: sysctl fs.inotify.max_user_instances=512',
    }),
    result('D21', 'skipped', 'no cluster of yours'),
  ],
};

describe('doctorTable', () => {
  test('one line each; below it what to do, where something is to be done', () => {
    expect(doctorTable(diagnosis, style)).toMatchInlineSnapshot(`
     "✔ D01 Check D01  Node v24.21.0
     ✔ D06 Check D06  auto-fixed: cgroup v1: the kubelet is patched
           why   It refuses cgroup v1.
     ✖ D10 Check D10  128 instances, 120 used
           why   Three nodes need 63 of them, and a node without would boot half and
                 never be Ready.
           fix   As root: sysctl fs.inotify.max_user_instances=512
           more  docs/doctor.md#d10
     – D21 Check D21  skipped: no cluster of yours

     4 checks · 1 ok · 1 skipped · 1 auto-fixed · 1 fail · 0.8 s
     "
    `);
  });

  test('levels differ without colours and without Unicode', () => {
    const text = doctorTable(diagnosis, { ...style, unicode: false });
    expect(text).toMatch(/^\+ D01[^]*^\+ D06 .*auto-fixed:[^]*^x D10[^]*^- D21 .*skipped:/m);
  });
});

test('a finding of a run takes no more room than there is', () => {
  const finding = result('D10', 'warn', '128 \x1b[2Jinstances', { fix: 'sysctl' });
  expect(findingLines(finding, style)).toEqual(['! D10 Check D10: 128 instances · sysctl']);
  expect(findingLines(finding, { ...style, width: 24 })).toEqual([
    '! D10 Check D10: 128',
    '  instances · sysctl',
  ]);
});

describe('findings of a run', () => {
  const fixed = result('D06', 'auto-fixed', 'kubelet patched', { cause: 'cgroup v1' });
  const event = { type: 'doctor', findings: [fixed, result('D10', 'warn', '128 instances')] } as const;

  test('warnings appear on the console, one line each; what was fixed does not', () => {
    const lines: string[] = [];
    consoleReport({ write: (text) => lines.push(text), style }).emit(event);
    expect(lines).toEqual(['! D10 Check D10: 128 instances\n']);
  });

  test('what has become of the machine during the run appears, too', () => {
    const lines: string[] = [];
    const full = { type: 'doctor', findings: [result('D09', 'fail', '0.0 GiB free')] } as const;
    consoleReport({ write: (text) => lines.push(text), style }).emit(full);
    expect(lines).toEqual(['✖ D09 Check D09: 0.0 GiB free\n']);
  });

  test('both are in the result file and survive the journal', () => {
    expect(resultOf(summarize([event])).doctor).toEqual([
      { id: 'D06', level: 'auto-fixed', seen: 'kubelet patched', cause: 'cgroup v1' },
      { id: 'D10', level: 'warn', seen: '128 instances', cause: null },
    ]);
    const written = { at: '2026-01-02T03:04:05.000Z', ...event };
    expect(parseEvent(JSON.stringify(written))).toEqual(written);
    expect(parseEvent(JSON.stringify({ ...written, findings: [{ id: 'D10' }] }))).toContain('"findings"');
  });
});

test('the JSON form says the same, with nulls where there is nothing, and without secrets', () => {
  const seen = 'proxy http://me:hunter2@proxy:3128/';
  const text = doctorJson(
    { ...diagnosis, checks: [...diagnosis.checks, result('D16', 'warn', seen)] },
    { podproof: '0.1.0', at: new Date(0) },
  );
  expect(JSON.parse(text)).toMatchObject({
    schema: 1,
    podproof: '0.1.0',
    at: '1970-01-01T00:00:00.000Z',
    exitCode: 3,
    ms: 812,
    checks: [
      { id: 'D01', level: 'ok', cause: null, fix: null, ms: 3 },
      {},
      { id: 'D10', level: 'fail' },
      {},
      {},
    ],
  });
  expect(text).not.toContain('hunter2');
});
