import type { RunEvent } from '../core/events.ts';
import { isRecord } from '../core/json.ts';

type Check = (value: unknown) => boolean;
type Fields = Readonly<Record<string, Check>>;

/**
 * The border between a file and the types: one line of a journal, or why it is none. Checks every field that
 * reports rely on; fields it does not know stay as they are.
 */
export function parseEvent(line: string): RunEvent | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return `no JSON: ${JSON.stringify(line.slice(0, 60))}`;
  }
  return isEvent(parsed) ? parsed : whyNot(parsed);
}

function isEvent(value: unknown): value is RunEvent {
  return whyNot(value) === '';
}

/** What keeps a value from being an event; '' when nothing does. */
function whyNot(value: unknown): string {
  if (!isRecord(value)) return 'no object';
  const type = String(value['type']);
  const fields = new Map<string, Fields>(Object.entries(SHAPES)).get(type);
  if (fields === undefined) return `unknown type "${type}"`;
  const wrong = Object.entries({ at: text, ...fields }).find(([name, check]) => !check(value[name]));
  return wrong === undefined ? '' : `"${wrong[0]}" of "${type}" is missing or malformed`;
}

const text: Check = (value) => typeof value === 'string';
const amount: Check = (value) => typeof value === 'number' && Number.isFinite(value);
const flag: Check = (value) => typeof value === 'boolean';
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const shape =
  (fields: Fields): Check =>
  (value) =>
    isRecord(value) && Object.entries(fields).every(([name, check]) => check(value[name]));
const oneOf =
  (...allowed: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && allowed.includes(value);
const texts: Check = (value) => isRecord(value) && Object.values(value).every(text);
const lines: Check = (value) => Array.isArray(value) && value.length === 2 && value.every(amount);
const unit = shape({ scenario: text, mutant: optional(text), node: optional(text) });
const role = oneOf('subject', 'control');

const plannedClaim = shape({
  id: text,
  must: text,
  lines,
  subject: text,
  control: text,
  correction: optional(text),
  skip: optional(text),
});
const plannedUnit = shape({
  scenario: text,
  mutant: optional(text),
  title: text,
  heading: text,
  lines,
  claims: listOf(plannedClaim),
  change: optional(text),
  manifest: optional(text),
});
const checkResult = shape({
  id: text,
  title: text,
  level: oneOf('ok', 'skipped', 'info', 'auto-fixed', 'warn', 'fail', 'refuse'),
  tried: text,
  seen: text,
  cause: optional(text),
  fix: optional(text),
  doc: text,
  ms: amount,
});
const evidence = shape({
  vantage: text,
  where: text,
  argv: listOf(text),
  outcome: text,
  stdout: text,
  stderr: text,
  at: text,
  durationMs: amount,
});

const observation: Check = (value) =>
  isRecord(value) &&
  listOf(evidence)(value['evidence']) &&
  ((value['kind'] === 'seen' && value['value'] !== undefined) ||
    (value['kind'] === 'unknown' && text(value['why'])));

const verdict: Check = (value) => isRecord(value) && (VERDICTS[String(value['kind'])]?.(value) ?? false);

const VERDICTS: Readonly<Record<string, Check>> = {
  holds: () => true,
  contradicted: shape({ reasons: listOf(shape({ role, expected: text, seen: text })) }),
  inconclusive: shape({ why: text }),
  skipped: shape({ reason: text }),
};

const SHAPES: Readonly<Record<RunEvent['type'], Fields>> = {
  'run.started': { runId: text, argv: listOf(text), podproof: text, strict: optional(flag) },
  setup: { step: text, detail: text, ms: amount },
  doctor: { findings: listOf(checkResult) },
  plan: { units: listOf(plannedUnit) },
  cluster: { name: text, provider: text, nodes: listOf(text), facts: texts, reused: flag },
  'unit.started': { unit },
  acted: { unit, what: text, evidence: listOf(evidence), error: optional(text), ms: amount },
  'pod.settled': {
    unit,
    pod: text,
    node: (value) => value === null || text(value),
    state: text,
    ms: amount,
  },
  observed: { unit, claim: text, role, observation },
  verdict: { unit, claim: text, verdict, expected: text, seen: text, controlSeen: text },
  'unit.finished': { unit, ms: amount, error: optional(text) },
  retry: { unit, claims: listOf(text) },
  judge: { by: text, agreed: flag, detail: text, ms: amount },
  problem: { code: text, message: text, hint: optional(text), exitCode: amount },
  'verdicts.done': { ms: amount },
  clean: { ms: amount, leftovers: listOf(text), kept: listOf(text), meanwhile: optional(listOf(text)) },
  bundle: {
    file: (value) => value === null || text(value),
    bytes: amount,
    missing: listOf(text),
    ms: amount,
  },
  'run.finished': { exitCode: amount, ms: amount },
};
