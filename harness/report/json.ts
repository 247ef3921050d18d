import type { ExitCode } from '../core/exit-codes.ts';
import { exitOf } from './exit.ts';
import type { ClaimV1, ResultV1, ScenarioV1 } from './result-v1.ts';
import type { ClaimSummary, RunSummary, UnitSummary } from './run-summary.ts';

/** The result of a run for programs. `exitCode` is what the process really returns, if the caller knows better. */
export function resultOf(summary: RunSummary, exitCode: ExitCode = exitOf(summary)): ResultV1 {
  const { run, cluster, timings, judge } = summary;
  return {
    schema: 1,
    run: { id: run.id, startedAt: run.startedAt, argv: run.argv },
    versions: { podproof: run.podproof, ...cluster?.facts },
    cluster: cluster
      ? { name: cluster.name, provider: cluster.provider, nodes: cluster.nodes, reused: cluster.reused }
      : null,
    doctor: summary.doctor.map(({ id, level, seen, cause }) => ({ id, level, seen, cause: cause ?? null })),
    plan: [...summary.scenarios, ...summary.mutants].map((unit) => ({
      unit: unit.name,
      claims: unit.claims.map((claim) => claim.planned.id),
    })),
    scenarios: summary.scenarios.map(scenarioOf),
    mutants: summary.mutants.map((mutant) => ({
      ...scenarioOf(mutant),
      mutant: mutant.planned.mutant ?? '',
      change: mutant.planned.change ?? '',
      outcome: mutant.outcome,
    })),
    counts: summary.counts,
    timings: {
      setup: timings.setup,
      verdictMs: timings.verdictMs ?? null,
      judgeMs: timings.judgeMs ?? null,
      cleanMs: timings.cleanMs ?? null,
      totalMs: timings.totalMs ?? null,
    },
    judge: judge ?? null,
    cleanup: {
      leftovers: summary.leftovers,
      kept: summary.kept,
      ...(summary.meanwhile.length === 0 ? {} : { meanwhile: summary.meanwhile }),
    },
    bundle: summary.bundle ?? null,
    integrity: summary.findings,
    problems: summary.problems.map((problem) => ({ ...problem, hint: problem.hint ?? null })),
    exitCode,
  };
}

/** The text of the result file. */
export function resultJson(summary: RunSummary, exitCode?: ExitCode): string {
  return `${JSON.stringify(resultOf(summary, exitCode), null, 2)}\n`;
}

function scenarioOf(unit: UnitSummary): ScenarioV1 {
  const { planned } = unit;
  return {
    id: planned.scenario,
    ...(planned.node === undefined ? {} : { node: planned.node }),
    title: planned.title,
    heading: planned.heading,
    lines: planned.lines,
    manifest: planned.manifest ?? null,
    ms: unit.ms ?? null,
    error: unit.error ?? null,
    pods: unit.pods,
    claims: unit.claims.map(claimOf),
  };
}

function claimOf(claim: ClaimSummary): ClaimV1 {
  const { planned } = claim;
  return {
    id: planned.id,
    must: planned.must,
    lines: planned.lines,
    correction: planned.correction ?? null,
    verdict: claim.verdict ?? null,
    expected: claim.expected,
    seen: claim.seen,
    controlSeen: claim.controlSeen,
    subject: { pod: planned.subject, observation: claim.subject ?? null },
    control: { pod: planned.control, observation: claim.control ?? null },
    retried: claim.retried ? { why: claim.retried.why } : null,
  };
}
