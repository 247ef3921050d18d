import { isRecord } from '../core/json.ts';
import type { KubeObject } from '../core/kube.ts';

/** Where the update of a Deployment stands. `late` is what its controller says; the update may still go on. */
export type RolloutState =
  | { readonly kind: 'complete' }
  | { readonly kind: 'late'; readonly message: string }
  | { readonly kind: 'moving'; readonly seen: string };

/**
 * What `kubectl rollout status` makes of a Deployment. Nothing but `moving` until its controller has seen the newest
 * specification.
 *
 * Source: kubectl, pkg/polymorphichelpers/rollout_status.go.
 */
export function rolloutState({ metadata, spec, status }: KubeObject): RolloutState {
  const count = (of: unknown, field: string): number => numberIn(of, field) ?? 0;
  if (count(metadata, 'generation') > count(status, 'observedGeneration'))
    return { kind: 'moving', seen: 'the controller has not seen the change yet' };
  const progressing = conditionOf(status, 'Progressing');
  if (progressing['reason'] === 'ProgressDeadlineExceeded')
    return { kind: 'late', message: `ProgressDeadlineExceeded${afterColon(progressing['message'])}` };
  const wanted = numberIn(spec, 'replicas') ?? 1;
  const [all, updated, available] = ['replicas', 'updatedReplicas', 'availableReplicas'].map((field) =>
    count(status, field),
  );
  if (all === wanted && updated === wanted && available === wanted) return { kind: 'complete' };
  return {
    kind: 'moving',
    seen: `${String(updated)} of ${String(wanted)} updated, ${String(available)} available, ${String(all)} in all`,
  };
}

function afterColon(message: unknown): string {
  return typeof message === 'string' ? `: ${message}` : '';
}

function conditionOf(status: unknown, type: string): Readonly<Record<string, unknown>> {
  const conditions: unknown = isRecord(status) ? status['conditions'] : undefined;
  const found: unknown = Array.isArray(conditions)
    ? conditions.find((condition) => isRecord(condition) && condition['type'] === type)
    : undefined;
  return isRecord(found) ? found : {};
}

function numberIn(value: unknown, field: string): number | undefined {
  const found = isRecord(value) ? value[field] : undefined;
  return typeof found === 'number' ? found : undefined;
}
