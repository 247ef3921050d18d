import { evidenceText } from './evidence-text.ts';
import { openFindings } from './exit.ts';
import { lineRange } from './line-range.ts';
import type { ClaimSummary, MutantSummary, RunSummary, UnitSummary } from './run-summary.ts';
import { element, type Xml } from './xml.ts';

/**
 * JUnit XML: a suite per scenario, a test case per claim; a mutant is a test case that fails when it survives.
 * Contradicted is `failure`, inconclusive and a missing verdict are `error`, so that a dashboard can tell
 * "Kubernetes differs" from "we could not look". What is wrong with the run as a whole is a suite of its own, so
 * that a run that broke off is never green.
 */
export function junitXml(summary: RunSummary): string {
  const suites = [
    ...summary.scenarios.map((unit) =>
      suite(
        unit.name,
        unit.claims.map((claim) => claimCase(unit, claim)),
        unit,
        summary,
      ),
    ),
    ...(summary.mutants.length > 0
      ? [suite('mutants', summary.mutants.map(mutantCase), undefined, summary)]
      : []),
    ...runSuite(summary),
  ];
  const root = element(
    'testsuites',
    {
      name: 'podproof',
      ...tally(suites.flatMap(({ cases }) => cases)),
      time: seconds(summary.timings.totalMs),
    },
    suites.map(({ xml }) => xml),
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root.xml}\n`;
}

interface Case {
  readonly xml: Xml;
  readonly outcome: 'passed' | 'failures' | 'errors' | 'skipped';
}

interface Suite {
  readonly xml: Xml;
  readonly cases: readonly Case[];
}

function suite(
  name: string,
  cases: readonly Case[],
  unit: UnitSummary | undefined,
  summary: RunSummary,
): Suite {
  const { run, cluster } = summary;
  const properties = {
    podproof: run.podproof,
    ...cluster?.facts,
    ...(unit ? { heading: unit.planned.heading } : {}),
  };
  const attributes = {
    name,
    ...tally(cases),
    time: seconds(unit?.ms),
    timestamp: run.startedAt === '' ? undefined : run.startedAt.replace(/(\.\d+)?Z$/, ''),
  };
  const children = [
    element(
      'properties',
      {},
      Object.entries(properties).map(([key, value]) => element('property', { name: key, value })),
    ),
    ...cases.map((each) => each.xml),
  ];
  return { cases, xml: element('testsuite', attributes, children) };
}

function tally(cases: readonly Case[]): Record<'tests' | 'failures' | 'errors' | 'skipped', number> {
  const count = (outcome: Case['outcome']): number => cases.filter((each) => each.outcome === outcome).length;
  return {
    tests: cases.length,
    failures: count('failures'),
    errors: count('errors'),
    skipped: count('skipped'),
  };
}

function claimCase(unit: UnitSummary, claim: ClaimSummary): Case {
  const { outcome, children } = claimResult(claim);
  const looks = [claim.subject, claim.control].flatMap((observation) => observation?.evidence ?? []);
  const attributes = {
    classname: `podproof.${unit.name}`,
    name: claim.planned.must,
    time: seconds(looks.reduce((sum, look) => sum + look.durationMs, 0)),
  };
  const output = evidenceText(claim);
  // As Surefire writes it, which is what dashboards look for to find flaky tests.
  const first = claim.retried
    ? [element('flakyError', { type: 'inconclusive', message: claim.retried.why })]
    : [];
  return {
    outcome,
    xml: element('testcase', attributes, [
      ...children,
      ...first,
      ...(output === '' ? [] : [element('system-out', {}, [output])]),
    ]),
  };
}

function claimResult(claim: ClaimSummary): {
  readonly outcome: Case['outcome'];
  readonly children: readonly Xml[];
} {
  const { verdict, expected, seen, controlSeen, planned } = claim;
  const details = `expected: ${expected}\nseen: ${seen}\ncontrol: ${controlSeen}\narticle: ${lineRange(planned.lines)}\n`;
  switch (verdict?.kind) {
    case 'holds':
      return { outcome: 'passed', children: [] };
    case 'contradicted': {
      const reasons = verdict.reasons.map(
        (each) => `${each.role}: expected ${each.expected}, seen ${each.seen}\n`,
      );
      const message = `expected ${expected}, seen ${seen}`;
      return {
        outcome: 'failures',
        children: [element('failure', { type: 'contradicted', message }, [details + reasons.join('')])],
      };
    }
    case 'inconclusive':
      return {
        outcome: 'errors',
        children: [element('error', { type: 'inconclusive', message: verdict.why }, [details])],
      };
    case 'skipped':
      return { outcome: 'skipped', children: [element('skipped', { message: verdict.reason })] };
    case undefined:
      return {
        outcome: 'errors',
        children: [element('error', { type: 'no verdict', message: 'planned but never judged' })],
      };
  }
}

function mutantCase(mutant: MutantSummary): Case {
  const name = `${mutant.name}: ${mutant.planned.change ?? ''} must be noticed`;
  const details = mutant.claims
    .map((claim) => `${claim.verdict?.kind ?? 'no verdict'}: ${claim.planned.must}, seen ${claim.seen}\n`)
    .join('');
  const attributes = { classname: 'podproof.mutants', name, time: seconds(mutant.ms) };
  switch (mutant.outcome) {
    case 'killed':
      return {
        outcome: 'passed',
        xml: element('testcase', attributes, [element('system-out', {}, [details])]),
      };
    case 'survived':
      return {
        outcome: 'failures',
        xml: element('testcase', attributes, [
          element('failure', { type: 'survived', message: 'a claim still holds' }, [details]),
        ]),
      };
    case 'inconclusive':
      return {
        outcome: 'errors',
        xml: element('testcase', attributes, [
          element('error', { type: 'inconclusive', message: 'not every claim was contradicted' }, [details]),
        ]),
      };
    case 'skipped':
      return {
        outcome: 'skipped',
        xml: element('testcase', attributes, [
          element('skipped', { message: 'none of its claims can be judged here' }),
        ]),
      };
  }
}

/** Nothing when the run as a whole is fine. */
function runSuite(summary: RunSummary): readonly Suite[] {
  const bad = (name: string, type: string, text: string): Case => ({
    outcome: 'errors',
    xml: element('testcase', { classname: 'podproof.run', name }, [
      element('error', { type, message: text }),
    ]),
  });
  const cases = [
    ...summary.problems.map(({ code, message }) => bad(code, code, message)),
    ...openFindings(summary).map(({ kind, text }) => bad(`integrity: ${kind}`, kind, text)),
    ...summary.leftovers.map((text) => bad('nothing is left behind', 'left behind', text)),
    ...[...summary.scenarios, ...summary.mutants].flatMap((unit) =>
      unit.error === undefined ? [] : [bad(`${unit.name} ends properly`, 'error', unit.error)],
    ),
  ];
  return cases.length === 0 ? [] : [suite('run', cases, undefined, summary)];
}

function seconds(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : (ms / 1000).toFixed(3);
}
