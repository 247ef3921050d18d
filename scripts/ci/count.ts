/** What one part of the CI run adds to the sum. */
export interface Count {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** One line per failure, as far as the result file names them. */
  readonly failures: readonly string[];
}

export type ResultKind = 'jest' | 'podproof' | 'gates' | 'faults' | 'leaks';

/**
 * Counts what a result file really says. Anything unreadable is an error: a part whose result cannot be read has
 * not passed.
 *
 * @throws Error naming the field that is missing
 */
export function countResult(kind: ResultKind, text: string): Count {
  if (kind === 'leaks') return countLeaks(text);
  const parsed: unknown = JSON.parse(text);
  switch (kind) {
    case 'jest':
      return countJest(parsed);
    case 'podproof':
      return countPodproof(parsed);
    case 'gates':
      return countGates(parsed);
    case 'faults':
      return countFaults(parsed);
  }
}

/** Jest's `--json` report. A test that was skipped or left as a todo has not passed. */
function countJest(report: unknown): Count {
  const suites = list(report, 'testResults');
  const broken = suites.filter((suite) => list(suite, 'assertionResults').length === 0);
  const tests = suites.flatMap((suite) => list(suite, 'assertionResults'));
  const red = tests.filter((test) => textOf(test, 'status') === 'failed');
  const passed = number(report, 'numPassedTests');
  return {
    passed,
    // A suite that does not load has no tests and would otherwise count as nothing.
    failed: number(report, 'numFailedTests') + broken.length,
    skipped: number(report, 'numPendingTests') + number(report, 'numTodoTests'),
    failures: [
      ...red.map((test) => textOf(test, 'fullName')),
      ...broken.map((suite) => textOf(suite, 'name')),
    ],
  };
}

/** podproof's `--json` result, schema 1: claims that hold and mutants that were caught. */
function countPodproof(result: unknown): Count {
  if (number(result, 'schema') !== 1) throw new Error('schema is not 1');
  const claims = list(result, 'scenarios').flatMap((scenario) =>
    list(scenario, 'claims').map((claim) => ({
      name: `${textOf(scenario, 'id')}/${textOf(claim, 'id')}`,
      verdict: verdictOf(claim),
    })),
  );
  const mutants = list(result, 'mutants').map((mutant) => ({
    name: `${textOf(mutant, 'id')}~${textOf(mutant, 'mutant')}`,
    verdict: textOf(mutant, 'outcome') === 'killed' ? 'holds' : textOf(mutant, 'outcome'),
  }));
  const leftovers = list(field(result, 'cleanup'), 'leftovers').map((left) => `left behind: ${String(left)}`);
  const all = [...claims, ...mutants];
  const red = all.filter(({ verdict }) => verdict !== 'holds' && verdict !== 'skipped');
  const exitCode = number(result, 'exitCode');
  const rest = exitCode !== 0 && red.length + leftovers.length === 0 ? [`exit code ${String(exitCode)}`] : [];
  const failures = [...red.map(({ name, verdict }) => `${name}: ${verdict}`), ...leftovers, ...rest];
  return {
    passed: all.filter(({ verdict }) => verdict === 'holds').length,
    failed: failures.length,
    skipped: all.filter(({ verdict }) => verdict === 'skipped').length,
    failures,
  };
}

function verdictOf(claim: unknown): string {
  const verdict = field(claim, 'verdict');
  return verdict === null ? 'never judged' : textOf(verdict, 'kind');
}

/** The report of `npm run check -- --json FILE`: one per gate. */
function countGates(report: unknown): Count {
  const gates = list(report, 'gates').map((gate) => ({
    name: textOf(gate, 'name'),
    isOk: field(gate, 'ok') === true,
  }));
  const red = gates.filter(({ isOk }) => !isOk);
  return {
    passed: gates.length - red.length,
    failed: red.length,
    skipped: 0,
    failures: red.map(({ name }) => `gate ${name}`),
  };
}

/** The report of `npm run test:faults -- --json FILE`: one per fault that was planted. */
function countFaults(report: unknown): Count {
  const rows = list(report, 'rows').map((row) => ({
    name: `fault ${textOf(row, 'id')} ${textOf(row, 'what')}`,
    isOk: field(row, 'isOk') === true,
  }));
  const red = rows.filter(({ isOk }) => !isOk);
  return {
    passed: rows.length - red.length,
    failed: red.length,
    skipped: 0,
    failures: red.map(({ name }) => name),
  };
}

/** One line per thing that was not there before; no line is one passed check. */
function countLeaks(found: string): Count {
  const failures = found.split('\n').filter((line) => line !== '');
  return { passed: failures.length === 0 ? 1 : 0, failed: failures.length, skipped: 0, failures };
}

function field(owner: unknown, name: string): unknown {
  if (typeof owner === 'object' && owner !== null && name in owner)
    return Object.entries(owner).find(([key]) => key === name)?.[1];
  throw new Error(`the field ${name} is missing`);
}

function list(owner: unknown, name: string): readonly unknown[] {
  const value = field(owner, name);
  if (Array.isArray(value)) return value;
  throw new Error(`the field ${name} is not a list`);
}

function number(owner: unknown, name: string): number {
  const value = field(owner, name);
  if (typeof value === 'number') return value;
  throw new Error(`the field ${name} is not a number`);
}

function textOf(owner: unknown, name: string): string {
  const value = field(owner, name);
  if (typeof value === 'string') return value;
  throw new Error(`the field ${name} is not a text`);
}
