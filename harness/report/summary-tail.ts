import type { RunSummary, SummaryEvent } from './run-summary.ts';

type Tail = Omit<RunSummary, 'scenarios' | 'mutants' | 'counts' | 'mutantCounts' | 'findings'>;

/** What the events say about the run as a whole, apart from units and claims. */
export function runTail(events: readonly SummaryEvent[]): Tail {
  const cluster = events.findLast((event) => event.type === 'cluster');
  const judge = events.findLast((event) => event.type === 'judge');
  const cleans = events.filter((event) => event.type === 'clean');
  const bundle = events.findLast((event) => event.type === 'bundle');
  return {
    run: runFacts(events),
    cluster: cluster && {
      name: cluster.name,
      provider: cluster.provider,
      nodes: cluster.nodes,
      facts: cluster.facts,
      reused: cluster.reused,
    },
    doctor: events.filter((event) => event.type === 'doctor').flatMap(({ findings }) => findings),
    timings: timingsOf(events),
    judge: judge && { by: judge.by, agreed: judge.agreed, detail: judge.detail },
    problems: events
      .filter((event) => event.type === 'problem')
      .map(({ code, message, hint, exitCode, context = {} }) => ({ code, message, hint, exitCode, context })),
    leftovers: [...new Set(cleans.flatMap((event) => event.leftovers))],
    kept: [...new Set(cleans.flatMap((event) => event.kept))],
    meanwhile: [...new Set(cleans.flatMap((event) => event.meanwhile ?? []))],
    bundle: bundle && { file: bundle.file, bytes: bundle.bytes, missing: bundle.missing },
    exitCode: events.findLast((event) => event.type === 'run.finished')?.exitCode,
  };
}

function runFacts(events: readonly SummaryEvent[]): RunSummary['run'] {
  const started = events.find((event) => event.type === 'run.started');
  return {
    id: started?.runId ?? '',
    startedAt: started?.at ?? '',
    argv: started?.argv ?? [],
    podproof: started?.podproof ?? '',
    strict: started?.strict === true,
  };
}

function timingsOf(events: readonly SummaryEvent[]): RunSummary['timings'] {
  const cleans = events.filter((event) => event.type === 'clean');
  return {
    setup: events
      .filter((event) => event.type === 'setup')
      .map(({ step, detail, ms }) => ({ step, detail, ms })),
    verdictMs: events.findLast((event) => event.type === 'verdicts.done')?.ms,
    judgeMs: events.findLast((event) => event.type === 'judge')?.ms,
    cleanMs: cleans.length === 0 ? undefined : cleans.reduce((sum, event) => sum + event.ms, 0),
    totalMs: events.findLast((event) => event.type === 'run.finished')?.ms,
  };
}
