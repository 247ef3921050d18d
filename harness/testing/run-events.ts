import type { NewRunEvent, PlannedClaim, PlannedUnit, RunEvent, UnitId } from '../core/events.ts';
import type { Evidence, Observation } from '../core/observation.ts';
import type { Verdict } from '../core/verdict.ts';

/** Hand-made events for the tests of the reports. */

export const HOST_PORT: PlannedUnit = {
  scenario: 'host-port',
  title: 'Binding to a host port',
  heading: 'Binding to a host port without using the host network',
  lines: [39, 64],
  claims: [
    claim('answers', 'answers on port 9000 of the node it runs on'),
    claim('own-namespace', 'keeps a network namespace of its own'),
  ],
};

export const HOST_PORT_MUTANT: PlannedUnit = {
  ...HOST_PORT,
  mutant: 'hostPort-removed',
  change: 'hostPort: 9000 removed',
  claims: HOST_PORT.claims.slice(0, 1),
};

export function claim(id: string, must: string, skip?: string): PlannedClaim {
  const planned: PlannedClaim = { id, must, lines: [39, 64], subject: 'pod-hp', control: 'pod-plain' };
  return skip === undefined ? planned : { ...planned, skip };
}

export function evidence(over: Partial<Evidence> = {}): Evidence {
  return {
    vantage: 'node',
    where: 'node worker',
    argv: ['curl', '-sS', 'http://127.0.0.1:9000/'],
    outcome: 'exit 0',
    stdout: 'nonce 7f3c\n',
    stderr: '',
    at: '2026-01-02T03:04:06.000Z',
    durationMs: 12,
    ...over,
  };
}

export function seen(value: string, over: Partial<Evidence> = {}): Observation {
  return { kind: 'seen', value, evidence: [evidence({ stdout: `${value}\n`, ...over })] };
}

export function unknown(why: string): Observation {
  return { kind: 'unknown', why, evidence: [evidence({ outcome: `unknown outcome: ${why}`, stdout: '' })] };
}

interface Judged {
  readonly verdict?: Verdict;
  readonly subject?: Observation;
  readonly control?: Observation;
  readonly expected?: string;
  readonly seen?: string;
  readonly controlSeen?: string;
}

const HOLDS: Verdict = { kind: 'holds' };
export const CONTRADICTED: Verdict = {
  kind: 'contradicted',
  reasons: [{ role: 'subject', expected: 'HTTP 200', seen: 'refused (curl 7)' }],
};
export const INCONCLUSIVE: Verdict = { kind: 'inconclusive', why: 'the stream was cut' };

/** Both observations and the verdict of one claim. */
export function judged(unit: UnitId, id: string, over: Judged = {}): NewRunEvent[] {
  const at = { unit: unitId(unit), claim: id };
  return [
    { type: 'observed', ...at, role: 'subject', observation: over.subject ?? seen('HTTP 200') },
    { type: 'observed', ...at, role: 'control', observation: over.control ?? seen('refused') },
    {
      type: 'verdict',
      ...at,
      verdict: over.verdict ?? HOLDS,
      expected: over.expected ?? 'HTTP 200',
      seen: over.seen ?? 'HTTP 200 from worker',
      controlSeen: over.controlSeen ?? 'refused',
    },
  ];
}

/** Every claim of the unit with the same outcome, between start and finish. */
export function unitEvents(unit: PlannedUnit, over: Judged = {}): NewRunEvent[] {
  return [
    { type: 'unit.started', unit: unitId(unit) },
    ...unit.claims.flatMap((each) => judged(unit, each.id, over)),
    { type: 'unit.finished', unit: unitId(unit), ms: 2500 },
  ];
}

/** A unit whose first attempt could not tell anything, and whose second ends as given. */
export function retriedUnit(unit: PlannedUnit, over: Judged = {}): NewRunEvent[] {
  const claims = unit.claims.map(({ id }) => id);
  return [
    ...unitEvents(unit, { verdict: INCONCLUSIVE, subject: unknown('the stream was cut') }),
    { type: 'retry', unit: unitId(unit), claims },
    ...unitEvents(unit, over),
  ];
}

function unitId(unit: UnitId): UnitId {
  return unit.mutant === undefined
    ? { scenario: unit.scenario }
    : { scenario: unit.scenario, mutant: unit.mutant };
}

export const STARTED: readonly NewRunEvent[] = [
  { type: 'run.started', runId: 'r1', argv: ['run'], podproof: '0.1.0' },
  { type: 'setup', step: 'engine', detail: 'embedded Docker 26.1.5', ms: 600 },
  {
    type: 'cluster',
    name: 'podproof-r1',
    provider: 'kind',
    nodes: ['control-plane', 'worker', 'worker2'],
    facts: { kind: '0.33.0', kubernetes: 'v1.37.2', containerd: '2.3.7', cgroup: 'v1' },
    reused: false,
  },
];

export const ENDED: readonly NewRunEvent[] = [
  { type: 'verdicts.done', ms: 3400 },
  { type: 'clean', ms: 1200, leftovers: [], kept: [] },
  { type: 'run.finished', exitCode: 0, ms: 40_000 },
];

/** A whole run around the events of its units. */
export function wholeRun(units: readonly PlannedUnit[], events: readonly NewRunEvent[]): NewRunEvent[] {
  return [...STARTED, { type: 'plan', units }, ...events, ...ENDED];
}

export function dated(events: readonly NewRunEvent[]): RunEvent[] {
  return events.map((event) => ({ at: '2026-01-02T03:04:05.000Z', ...event }));
}
