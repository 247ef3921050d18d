import { systemClock } from '../../core/clock.ts';
import type { Cluster } from '../../core/cluster.ts';
import { EXIT_CODES, type ExitCode } from '../../core/exit-codes.ts';
import type { Inputs } from '../manifests/inputs.ts';
import type { SortedDocuments } from '../manifests/sort-documents.ts';
import type { NotObservedV1, ObserveReportV1, PodReportV1 } from './report-v1.ts';
import { untold } from './untold.ts';

export interface LedgerParts {
  readonly runId: string;
  readonly argv: readonly string[];
  readonly podproof: string;
  readonly sorted: SortedDocuments;
  readonly inputs: Inputs;
}

/** Everything that is known of a run so far; a report can be made of it at any time. */
export interface Ledger {
  cluster: Cluster | undefined;
  readonly leftovers: string[];
  readonly kept: string[];
  readonly refused: NotObservedV1[];
  /** @param index of the pod in the input */
  tell(index: number, report: PodReportV1): void;
  /** What the findings alone mean for the exit code. */
  exitCodes(): readonly ExitCode[];
  report(end: {
    readonly exitCode: ExitCode;
    readonly problem: { readonly code: string; readonly message: string } | undefined;
  }): ObserveReportV1;
}

export function createLedger({ runId, argv, podproof, sorted, inputs }: LedgerParts): Ledger {
  const startedAt = systemClock.now();
  const at = systemClock.date().toISOString();
  const told = new Map<number, PodReportV1>();
  const allPods = (): readonly PodReportV1[] =>
    sorted.pods.map(
      (document, index) =>
        told.get(index) ?? untold(document.origin, 'the run ended before it was looked at'),
    );
  const ledger: Ledger = {
    cluster: undefined,
    leftovers: [],
    kept: [],
    refused: [],
    tell: (index, report) => void told.set(index, report),
    exitCodes() {
      const couldNotTell = allPods().some(({ outcome }) => outcome.kind === 'could not tell');
      return [
        ...(inputs.problemsInFolders.length > 0 ? [EXIT_CODES.usage] : []),
        ...(couldNotTell ? [EXIT_CODES.infrastructure] : []),
        ...(ledger.leftovers.length > 0 ? [EXIT_CODES.cleanup] : []),
      ];
    },
    report({ exitCode, problem }) {
      const pods = allPods();
      const count = (kind: PodReportV1['outcome']['kind']): number =>
        pods.filter(({ outcome }) => outcome.kind === kind).length;
      return {
        schema: 1,
        run: { id: runId, startedAt: at, podproof, argv },
        cluster: clusterOf(ledger.cluster),
        pods,
        notObserved: [...unreadable(inputs), ...others(sorted), ...ledger.refused],
        counts: {
          pods: pods.length,
          observed: count('observed'),
          neverRuns: count('never runs'),
          couldNotTell: count('could not tell'),
        },
        cleanup: { leftovers: ledger.leftovers, kept: ledger.kept },
        problem: problem === undefined ? null : { code: problem.code, message: problem.message },
        totalMs: Math.round(systemClock.now() - startedAt),
        exitCode,
      };
    },
  };
  return ledger;
}

function clusterOf(cluster: Cluster | undefined): ObserveReportV1['cluster'] {
  if (cluster === undefined) return null;
  const { name, provider, nodes, reused, facts } = cluster;
  return { name, provider, nodes: nodes.map((node) => node.name), reused, facts };
}

function unreadable({ problemsInFolders }: Inputs): readonly NotObservedV1[] {
  return problemsInFolders.map(({ file, line, column, message, hint }) => ({
    file,
    line: line ?? null,
    column: column ?? null,
    kind: null,
    name: null,
    why: hint === undefined ? message : `${message} ${hint}`,
  }));
}

function others({ others: rest }: SortedDocuments): readonly NotObservedV1[] {
  return rest.map(({ origin: { file, line, kind, name }, why }) => ({
    file,
    line,
    column: null,
    kind,
    name,
    why,
  }));
}
