import type { Cluster } from '../core/cluster.ts';
import type { Deadline } from '../core/deadline.ts';
import type { KubeClient } from '../core/kube.ts';
import type { ProgressStep } from '../core/progress.ts';
import type { ObjectSubmitter } from '../core/submission.ts';
import { createTurnstile } from '../core/turnstile.ts';
import type { ObserveContext, ObserveOptions } from './context.ts';
import type { MadePaths } from './looking/made-paths.ts';
import { nodeFactsBook } from './looking/node-facts.ts';
import type { Placed } from './manifests/assign-names.ts';
import { accountBook, namespaceBook } from './namespaces.ts';
import { observePod } from './observe-pod.ts';
import { watchBoard } from './pods/board.ts';
import { createPortsGate } from './ports-gate.ts';
import type { NotObservedV1, PodReportV1 } from './report/report-v1.ts';

export interface ObserveParts {
  readonly placed: Placed;
  readonly kube: KubeClient & ObjectSubmitter;
  readonly cluster: Cluster;
  readonly runId: string;
  /** Label by which everything of a run is found again. */
  readonly runLabel: string;
  readonly options: ObserveOptions;
  readonly deadline: Deadline;
  readonly step: ProgressStep;
  /** Told of each pod when it is done; not in the order of the input. */
  readonly onPod: (index: number, report: PodReportV1) => void;
  readonly onRefused: (refused: NotObservedV1) => void;
  /** What pods leave on nodes; the caller removes it when the pods are gone. */
  readonly madePaths: MadePaths;
  readonly onApplied: ObserveContext['onApplied'];
}

/** Subjects with their controls at work at the same time. More only makes two cores slower. */
const AT_ONCE = 4;
/** Commands in pods and on nodes at the same time. */
const COMMANDS_AT_ONCE = 4;

/**
 * Looks at all pods, several at a time, and tells of each as soon as it is done.
 *
 * @throws the abort reason; InfrastructureError when the API server was lost for good
 */
export async function observePods(parts: ObserveParts): Promise<void> {
  const stop = new AbortController();
  const signal = AbortSignal.any([parts.deadline.signal, stop.signal]);
  const context = contextOf(parts, signal);
  const { pods } = parts.placed;
  const queue = [...pods.entries()];
  let finished = 0;
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, named] = next;
      parts.step.update(`${String(finished)} of ${String(pods.length)}, now ${named.document.origin.name}`);
      parts.onPod(index, await observePod(named, context));
      finished += 1;
    }
  };
  try {
    const work = Promise.all(Array.from({ length: AT_ONCE }, worker));
    work.catch(() => undefined);
    await Promise.race([work, context.board.broken]);
  } finally {
    stop.abort(new Error('the run is over'));
  }
}

function contextOf(parts: ObserveParts, signal: AbortSignal): ObserveContext {
  const { kube, cluster, placed, runId, runLabel, options, deadline } = parts;
  const labels = { [runLabel]: runId };
  const shared = { kube, runId, labels, deadline, supporting: placed.supporting };
  const namespaces = namespaceBook({
    ...shared,
    securityVersion: securityVersion(cluster),
    onRefused: parts.onRefused,
  });
  return {
    kube,
    cluster,
    options,
    labels,
    deadline,
    board: watchBoard(kube, `${runLabel}=${runId}`, signal),
    namespaceOf: namespaces.of,
    securityNamespaces: namespaces.security,
    standInAccount: accountBook(shared),
    nodeFacts: nodeFactsBook(),
    turnstile: createTurnstile(COMMANDS_AT_ONCE),
    portsGate: createPortsGate(),
    missingImages: new Set(),
    madePaths: parts.madePaths,
    onApplied: parts.onApplied,
  };
}

/** `v1.37`: the standards as this version of Kubernetes has them, pinned in the report and in the namespaces. */
function securityVersion({ facts }: Pick<Cluster, 'facts'>): string {
  return /^v\d+\.\d+/.exec(facts['kubernetes'] ?? '')?.[0] ?? 'latest';
}
