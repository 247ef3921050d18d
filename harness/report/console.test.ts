import { describe, expect, test } from '@jest/globals';
import type { NewRunEvent } from '../core/events.ts';
import {
  CONTRADICTED,
  ENDED,
  HOST_PORT,
  HOST_PORT_MUTANT,
  INCONCLUSIVE,
  STARTED,
  claim,
  judged,
  retriedUnit,
  seen,
  unitEvents,
  unknown,
  wholeRun,
} from '../testing/run-events.ts';
import { consoleReport, type ConsoleOptions } from './console.ts';

const plain = { width: 100, color: false, unicode: true };

function report(events: readonly NewRunEvent[], over: Partial<ConsoleOptions> = {}): string {
  let text = '';
  const sink = consoleReport({ write: (piece) => (text += piece), style: plain, ...over });
  for (const event of events) sink.emit(event);
  return text;
}

const OTHER = {
  ...HOST_PORT,
  scenario: 'host-network',
  title: 'The node’s network',
  claims: [claim('ip', 'has the IP of its node')],
};

test('a run in which everything holds', () => {
  const units = [OTHER, HOST_PORT, HOST_PORT_MUTANT];
  const events = wholeRun(units, [
    ...unitEvents(HOST_PORT, { seen: '200 from worker', controlSeen: 'refused' }),
    ...unitEvents(OTHER),
    ...unitEvents(HOST_PORT_MUTANT, { verdict: CONTRADICTED }),
  ]);
  expect(report(events, { evidence: 'runs/r1/' })).toMatchInlineSnapshot(`
   "podproof · kind 0.33.0 · Kubernetes v1.37.2 · containerd 2.3.7 · 3 nodes · cgroup v1

   host-network · article lines 39–64
     The node’s network
     ✔ has the IP of its node   HTTP 200 from worker (control: refused)

   host-port · article lines 39–64
     Binding to a host port
     ✔ answers on port 9000 of the node it runs on   200 from worker (control: refused)
     ✔ keeps a network namespace of its own          200 from worker (control: refused)

   mutants · changed on purpose, so every one must be contradicted
     host-port
       ✔ hostPort: 9000 removed → contradicted as it must

   2 scenarios · 3 claims · 3 hold · 0 contradicted · 0 inconclusive · 0 skipped · verdict 3.4 s · clean 1.2 s
   1 mutant · 1 contradicted as it must · 0 survived · 0 inconclusive
   evidence: runs/r1/   (--verbose shows it)
   "
  `);
});

test('a second attempt is announced, and its unit told again with the reason', () => {
  const events = wholeRun([OTHER], retriedUnit(OTHER)).map((event) =>
    event.type === 'run.started' ? { ...event, strict: true as const } : event,
  );
  const text = report(events);
  const told = text.slice(text.indexOf('host-network is tried'));
  expect(text.indexOf('INCONCLUSIVE has the IP')).toBeLessThan(text.indexOf('host-network is tried'));
  expect(told).toMatchInlineSnapshot(`
   "host-network is tried once more with new pods: ip

   host-network · article lines 39–64
     The node’s network
     ✔ has the IP of its node   HTTP 200 from worker (control: refused)
         at the second attempt; the first could not tell: the stream was cut

   RETRIED what holds held at the second attempt only, which --strict does not accept. Run again; if
     it stays, look for what made the first attempt fail.
   1 scenario · 1 claim · 1 holds · 0 contradicted · 0 inconclusive · 0 skipped · 1 at the second attempt · verdict 3.4 s · clean 1.2 s
   "
  `);
});

test('a contradicted claim shows what was expected and seen, and the evidence, without asking', () => {
  const subject = seen('', { outcome: 'exit 7', stdout: '', stderr: 'curl: (7) Failed to connect\n' });
  const events = unitEvents(HOST_PORT).map((event) =>
    event.type === 'unit.finished' ? [event] : 'claim' in event && event.claim === 'answers' ? [] : [event],
  );
  const bad = judged(HOST_PORT, 'answers', { verdict: CONTRADICTED, subject, seen: 'refused (curl 7)' });
  const settled: NewRunEvent = {
    type: 'pod.settled',
    unit: HOST_PORT,
    pod: 'pod-hp',
    node: 'worker',
    state: 'running',
    ms: 900,
  };
  expect(report(wholeRun([HOST_PORT], [settled, ...bad, ...events.flat()]))).toMatchInlineSnapshot(`
   "podproof · kind 0.33.0 · Kubernetes v1.37.2 · containerd 2.3.7 · 3 nodes · cgroup v1

   host-port · article lines 39–64
     Binding to a host port
     pods: pod-hp on worker (running)
     ✖ CONTRADICTED answers on port 9000 of the node it runs on
         expected  HTTP 200
         seen      refused (curl 7)
         control   refused
         article   lines 39–64
         subject · node worker · exit 7 · 12 ms
           $ curl -sS http://127.0.0.1:9000/
           │ curl: (7) Failed to connect
         control · node worker · exit 0 · 12 ms
           $ curl -sS http://127.0.0.1:9000/
           │ refused
     ✔ keeps a network namespace of its own          HTTP 200 from worker (control: refused)

   1 scenario · 2 claims · 1 holds · 1 contradicted · 0 inconclusive · 0 skipped · verdict 3.4 s · clean 1.2 s
   "
  `);
});

test('a weak control is named as the reason', () => {
  const reasons = [{ role: 'control', expected: 'a refusal', seen: 'HTTP 200' }] as const;
  const text = report(
    wholeRun([HOST_PORT], unitEvents(HOST_PORT, { verdict: { kind: 'contradicted', reasons } })),
  );
  expect(text).toContain('because   the control had to show a refusal, but showed HTTP 200');
});

test('values of several lines are shown as a difference', () => {
  const lists = { verdict: CONTRADICTED, expected: 'null\nzero\nfull', seen: 'null\nsda\nfull' };
  const text = report(wholeRun([HOST_PORT], unitEvents(HOST_PORT, lists)));
  expect(text).toContain('      - zero\n      + sda\n');
});

test('an inconclusive claim says why', () => {
  const over = { verdict: INCONCLUSIVE, subject: unknown('the stream was cut') };
  const text = report(wholeRun([HOST_PORT], unitEvents(HOST_PORT, over)));
  expect(text).toContain('  ? INCONCLUSIVE answers on port 9000');
  expect(text).toContain('      because   the stream was cut');
  expect(text).toContain('subject: could not look: the stream was cut');
});

describe('the order', () => {
  const first = { ...OTHER, scenario: 'a-first' };
  const start = [...STARTED, { type: 'plan', units: [first, HOST_PORT] } as const];

  test('a scenario waits for those planned before it', () => {
    expect(report([...start, ...unitEvents(HOST_PORT)])).not.toContain('host-port');
    const text = report([...start, ...unitEvents(HOST_PORT), ...unitEvents(first)]);
    expect(text.indexOf('a-first')).toBeLessThan(text.indexOf('host-port'));
  });

  test('a scenario appears as soon as it is judged, before the run ends', () => {
    expect(report([...start, ...unitEvents(first)])).toContain('✔ has the IP of its node');
  });

  test('verdicts that come after the units are waited for', () => {
    const late = [...unitEvents(first)].toSorted(
      (a, b) => Number(a.type === 'verdict') - Number(b.type === 'verdict'),
    );
    expect(report([...start, ...late.slice(0, -1)])).not.toContain('a-first');
    expect(report([...start, ...late])).toContain('a-first');
  });

  test('what never ran is said in the end', () => {
    const text = report([...start, ...unitEvents(first), ...ENDED]);
    expect(text).toContain('host-port · article lines 39–64\n  Binding to a host port\n  ? was not run\n');
    expect(text).toContain('INTEGRITY host-port/answers was planned but never judged');
    expect(text).toContain('· 2 without a verdict ·');
  });
});

test('a surviving mutant is loud and shows which claim is too weak', () => {
  const events = wholeRun(
    [HOST_PORT, HOST_PORT_MUTANT],
    [...unitEvents(HOST_PORT), ...unitEvents(HOST_PORT_MUTANT)],
  );
  const text = report(events);
  expect(text).toContain('  host-port\n    ✖ hostPort: 9000 removed → SURVIVED');
  expect(text).toContain('still holds: answers on port 9000 of the node it runs on');
  expect(text).toContain('1 mutant · 0 contradicted as they must · 1 survived · 0 inconclusive');
});

test('problems, leftovers and what was kept are shown', () => {
  const text = report([
    ...STARTED,
    { type: 'problem', code: 'TIMEOUT', message: 'Waited 30.0 s', hint: 'Look at the logs.', exitCode: 4 },
    { type: 'clean', ms: 10, leftovers: ['container podproof-x'], kept: ['cluster podproof-r1'] },
    { type: 'run.finished', exitCode: 4, ms: 1 },
  ]);
  expect(text).toContain('✖ TIMEOUT\n  Waited 30.0 s\n  what to do     Look at the logs.\n');
  expect(text).toContain('LEFT BEHIND container podproof-x\nkept: cluster podproof-r1\n');
  expect(text).not.toContain('INTEGRITY');
});

describe('on every output', () => {
  const hostile = wholeRun(
    [HOST_PORT],
    unitEvents(HOST_PORT, {
      verdict: CONTRADICTED,
      seen: '\x1b[2J\x1b[1;1H✔ all fine\r\x1b]0;owned\x07',
      subject: seen('x', { stdout: '\x1b[31mroot\x00\n', stderr: 'Authorization: Bearer abcdef0123456789' }),
    }),
  );

  test('nothing from a pod controls the terminal', () => {
    // oxlint-disable-next-line no-control-regex
    expect(report(hostile)).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f]|abcdef0123456789/);
  });

  test('colours are only decoration', () => {
    const colored = report(hostile, { style: { ...plain, color: true } });
    expect(colored).toContain('\x1b[31mCONTRADICTED');
    // oxlint-disable-next-line no-control-regex
    expect(colored.replace(/\x1b\[\d+m/g, '')).toBe(report(hostile));
  });

  test('lines fit the width, the totals apart', () => {
    const long = unitEvents(HOST_PORT, { seen: 'many words '.repeat(30), verdict: CONTRADICTED });
    const lines = report(wholeRun([HOST_PORT], long), { style: { ...plain, width: 60 } }).split('\n');
    expect(lines.filter((line) => line.length > 60)).toEqual([
      expect.stringMatching(/^podproof · /),
      expect.stringMatching(/^1 scenario · /),
    ]);
  });

  test('ASCII is enough', () => {
    const text = report(wholeRun([HOST_PORT], unitEvents(HOST_PORT)), {
      style: { ...plain, unicode: false },
    });
    expect(text).toMatch(/^[\x20-\x7e\n]*$/);
    expect(text).toContain('  + answers on port 9000');
  });
});

test('--verbose shows the evidence of claims that hold', () => {
  const long = seen('x', { stdout: Array.from({ length: 20 }, (_, n) => `line ${String(n)}\n`).join('') });
  const text = report(wholeRun([HOST_PORT], unitEvents(HOST_PORT, { subject: long })), {
    verbose: true,
    evidence: 'runs/r1/',
  });
  expect(text).toContain('$ curl -sS http://127.0.0.1:9000/');
  expect(text).toContain('│ … 8 more lines in the journal\n');
  expect(text).not.toContain('--verbose');
});
