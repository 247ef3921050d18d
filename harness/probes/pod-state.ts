import type { ContainerStatus, Pod } from '../core/kube.ts';

/** A state in which a pod stays until somebody does something, or `moving` while it is still on its way. */
export type PodState =
  | { readonly kind: 'running' }
  | { readonly kind: 'refused'; readonly reason: string; readonly message: string }
  | { readonly kind: 'unschedulable'; readonly message: string }
  | {
      readonly kind: 'ended';
      readonly phase: 'Succeeded' | 'Failed';
      readonly reason: string;
      readonly message: string;
    }
  | { readonly kind: 'moving'; readonly seen: string };

/**
 * What scheduler and kubelet say when the host port of a pod is taken: a part of their messages, whose rest differs
 * from release to release. Source: pkg/scheduler/framework/plugins/nodeports/node_ports.go.
 */
export const NO_FREE_PORT = "didn't have free ports for the requested pod ports";

/** Waiting reasons of a pod that is on its way. Everything else the kubelet waits for is a refusal. */
const ON_ITS_WAY = new Set(['ContainerCreating', 'PodInitializing', undefined]);

/**
 * Where a pod stands. Used both by the wait (it ends on every kind but `moving`) and by observations.
 *
 * Sources: pkg/kubelet/kuberuntime for the waiting reasons, the scheduler's PodScheduled condition.
 */
export function podState(pod: Pod): PodState {
  const status = pod.status;
  if (status === undefined) return { kind: 'moving', seen: 'no status yet' };
  if (status.phase === 'Failed' || status.phase === 'Succeeded') {
    const ended = status.containerStatuses?.find((container) => container.state?.terminated)?.state
      ?.terminated;
    return {
      kind: 'ended',
      phase: status.phase,
      reason: status.reason ?? ended?.reason ?? '',
      message: status.message ?? ended?.message ?? (ended ? `exit ${String(ended.exitCode)}` : ''),
    };
  }
  const scheduled = status.conditions?.find((condition) => condition.type === 'PodScheduled');
  if (scheduled?.status === 'False' && scheduled.reason === 'Unschedulable') {
    return { kind: 'unschedulable', message: scheduled.message ?? '' };
  }
  const containers = status.containerStatuses ?? [];
  const refused = containers.find(
    (container) => container.state?.waiting && !ON_ITS_WAY.has(container.state.waiting.reason),
  );
  if (refused?.state?.waiting) {
    return {
      kind: 'refused',
      reason: refused.state.waiting.reason ?? '',
      message: refused.state.waiting.message ?? '',
    };
  }
  if (containers.length === pod.spec.containers.length && containers.every(isUp)) return { kind: 'running' };
  return { kind: 'moving', seen: seen(status.phase, containers) };
}

/**
 * What the scheduler says of the nodes, without what it says of preemption, for tables.
 *
 * @example withoutPreemption('0/3 nodes are available: 3 Insufficient cpu. preemption: …') // '0/3 … cpu'
 */
export function withoutPreemption(message: string): string {
  return message.split('. preemption:')[0] ?? message;
}

/** Readable form, for events and errors: "running", "refused: CreateContainerConfigError (…)". */
export function describePodState(state: PodState): string {
  switch (state.kind) {
    case 'running':
      return 'running';
    case 'refused':
      return `refused: ${state.reason} (${state.message})`;
    case 'unschedulable':
      return `unschedulable: ${state.message}`;
    case 'ended':
      return `${state.phase}: ${state.reason} ${state.message}`.trim();
    case 'moving':
      return state.seen;
  }
}

/**
 * What of a pod's containers was started again, for whoever found them gone; undefined when all live their first life.
 *
 * @example restartsOf(pod) // 'main ended with exit 3 and was started again'
 */
export function restartsOf({ status }: Pod): string | undefined {
  const again = status?.containerStatuses?.filter(({ restartCount }) => restartCount > 0) ?? [];
  if (again.length === 0) return undefined;
  return again.map(({ name, lastState }) => `${name} ${lifeOf(lastState)} and was started again`).join(', ');
}

function lifeOf(lastState: ContainerStatus['lastState']): string {
  return lastState?.terminated === undefined
    ? 'ended'
    : `ended with exit ${String(lastState.terminated.exitCode)}`;
}

function isUp(container: ContainerStatus): boolean {
  return container.state?.running !== undefined && container.ready;
}

function seen(phase: string | undefined, containers: readonly ContainerStatus[]): string {
  const reasons = containers.map(
    (container) =>
      container.state?.waiting?.reason ??
      (container.state?.running ? 'running, not ready' : endOf(container)),
  );
  return [phase ?? 'no phase', ...reasons].join(', ');
}

/** A container that ended and that the kubelet is about to start again. */
function endOf({ state }: ContainerStatus): string {
  return state?.terminated === undefined ? 'unknown' : `ended with exit ${String(state.terminated.exitCode)}`;
}
