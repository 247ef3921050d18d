import type { Pod } from '../../core/kube.ts';
import type { ForeignObject } from '../../core/submission.ts';
import { isRecord, numberAt, recordAt, recordsAt, textAt } from '../shape.ts';

export type ContainerRole = 'init' | 'sidecar' | 'main';

/** How a container ended. Without an exit code the kubelet does not know it. */
export interface ContainerEnd {
  readonly reason: string;
  readonly message: string;
  readonly exitCode: number | undefined;
}

export type ContainerStage =
  | { readonly kind: 'waiting'; readonly reason: string; readonly message: string }
  | { readonly kind: 'running' }
  | ({ readonly kind: 'ended' } & ContainerEnd)
  | { readonly kind: 'unreported' };

/** Where one container of a pod stands, as the kubelet reports it. */
export interface ContainerView {
  readonly name: string;
  readonly role: ContainerRole;
  readonly image: string;
  readonly stage: ContainerStage;
  /** The runtime's id of the newest container, running or not. */
  readonly id: string | undefined;
  /** How it ended the last time; set for a container that starts again and again. */
  readonly lastEnd: ContainerEnd | undefined;
  readonly restarts: number;
}

/** The containers of a pod in the order in which they start. */
export function containerViews(pod: Pod): readonly ContainerView[] {
  const status = recordAt(pod, 'status');
  const init = recordsAt(pod.spec, 'initContainers').map((item) => ({
    item,
    role: item['restartPolicy'] === 'Always' ? ('sidecar' as const) : ('init' as const),
    statuses: recordsAt(status, 'initContainerStatuses'),
  }));
  const main = recordsAt(pod.spec, 'containers').map((item) => ({
    item,
    role: 'main' as const,
    statuses: recordsAt(status, 'containerStatuses'),
  }));
  return [...init, ...main].map(({ item, role, statuses }) => {
    const name = textAt(item, 'name') ?? '';
    const found = statuses.find((candidate) => candidate['name'] === name) ?? {};
    const state = recordAt(found, 'state');
    const last = recordAt(recordAt(found, 'lastState'), 'terminated');
    return {
      name,
      role,
      image: textAt(item, 'image') ?? '',
      stage: stageOf(state),
      id: idOf(found, state, last),
      lastEnd: 'exitCode' in last ? endOf(last) : undefined,
      restarts: numberAt(found, 'restartCount') ?? 0,
    };
  });
}

function stageOf(state: ForeignObject): ContainerStage {
  const { waiting, running, terminated } = state;
  if (isRecord(running)) return { kind: 'running' };
  if (isRecord(terminated)) return { kind: 'ended', ...endOf(terminated) };
  if (!isRecord(waiting)) return { kind: 'unreported' };
  return {
    kind: 'waiting',
    reason: textAt(waiting, 'reason') ?? '',
    message: textAt(waiting, 'message') ?? '',
  };
}

function endOf(terminated: ForeignObject): ContainerEnd {
  return {
    reason: textAt(terminated, 'reason') ?? '',
    message: textAt(terminated, 'message') ?? '',
    exitCode: numberAt(terminated, 'exitCode'),
  };
}

/** `containerd://3f9c…` without the scheme: 64 hexadecimal digits for every runtime there is. */
function idOf(status: ForeignObject, state: ForeignObject, last: ForeignObject): string | undefined {
  const text =
    textAt(status, 'containerID') ??
    textAt(recordAt(state, 'terminated'), 'containerID') ??
    textAt(last, 'containerID');
  return /^[a-z-]+:\/\/([0-9a-f]{64})$/.exec(text ?? '')?.[1];
}
