import type { Cluster } from '../core/cluster.ts';
import { Deadline } from '../core/deadline.ts';
import { untilReadyForPods } from '../core/ready-namespace.ts';
import { limitRange } from './limits.ts';
import { RUN_LABEL } from './prepare.ts';
import { namespaceName } from './rounds.ts';
import type { SecurityLevel } from './security-level.ts';
import type { UnitContext } from './unit-context.ts';

const NAMESPACE_MS = 30_000;

/** Namespaces, one for each round and level, made on first use and ready for pods. */
export function unitNamespaces(
  {
    kube,
    cluster,
    runId,
  }: Pick<UnitContext, 'kube' | 'runId'> & { readonly cluster: Pick<Cluster, 'namespaceLabels'> },
  signal: AbortSignal,
): UnitContext['namespaceFor'] {
  const made = new Map<string, Promise<string>>();
  const make = async (name: string, level: SecurityLevel): Promise<string> => {
    const deadline = Deadline.in(NAMESPACE_MS, `namespace ${name}`, signal);
    const labels = {
      ...cluster.namespaceLabels,
      [RUN_LABEL]: runId,
      'pod-security.kubernetes.io/enforce': level,
    };
    await kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }, deadline);
    await kube.create(limitRange(name), deadline);
    await untilReadyForPods(kube, name, deadline);
    return name;
  };
  return (round, level) => {
    const name = namespaceName(runId, round, level);
    const existing = made.get(name) ?? make(name, level);
    made.set(name, existing);
    return existing;
  };
}
