import type { ObjectEvent, Pod } from '../../core/kube.ts';
import { recordAt, recordsAt, textAt } from '../shape.ts';
import { containerViews, type ContainerView } from './container-states.ts';

/** Who keeps a pod or a container from running. */
export type Judge = 'API server' | 'admission' | 'scheduler' | 'kubelet' | 'runtime' | 'nobody';

/** What is known about the future of a pod or of one container. */
export type Ruling =
  | { readonly kind: 'open'; readonly seen: string }
  /** It will never run, and this is why. */
  | { readonly kind: 'never'; readonly by: Judge; readonly why: string }
  /** The image cannot be had here, which says nothing about the manifest. */
  | { readonly kind: 'image'; readonly image: string; readonly why: string };

const open = (seen: string): Ruling => ({ kind: 'open', seen });
const never = (by: Judge, why: string): Ruling => ({ kind: 'never', by, why });

export interface RulingFacts {
  readonly nodes: readonly string[];
  readonly events: readonly ObjectEvent[];
}

/**
 * Whether a pod as a whole can still come to run. Events count only where the status has no word for it: volumes that
 * cannot be mounted and sandboxes that cannot be made are reported nowhere else.
 *
 * Sources: PodScheduled and its reasons (pkg/scheduler), event reasons (pkg/kubelet/events/event.go).
 */
export function podRuling(pod: Pod, { nodes, events }: RulingFacts): Ruling {
  const status = recordAt(pod, 'status');
  const phase = textAt(status, 'phase') ?? 'Pending';
  const { nodeName } = pod.spec;
  // Afterwards too: evicted, or over its time. Then it has run.
  const hasRun = containerViews(pod).some(({ id }) => id !== undefined);
  if (phase === 'Failed' && textAt(status, 'reason') !== undefined && !hasRun)
    return never('kubelet', [textAt(status, 'reason'), textAt(status, 'message')].filter(Boolean).join(': '));
  if (nodeName !== undefined && nodeName !== '' && !nodes.includes(nodeName))
    return never('nobody', `nodeName ${nodeName}: there is no such node`);
  const scheduled = recordsAt(status, 'conditions').find(({ type }) => type === 'PodScheduled');
  if (scheduled?.['status'] === 'False') {
    const reason = textAt(scheduled, 'reason') ?? '';
    const message = textAt(scheduled, 'message') ?? '';
    return never('scheduler', message === '' ? reason : `${reason}: ${message}`);
  }
  const scheduler = textAt(pod.spec, 'schedulerName') ?? 'default-scheduler';
  if ((nodeName ?? '') === '' && scheduled === undefined && scheduler !== 'default-scheduler')
    return never('nobody', `no scheduler called ${scheduler} runs in this cluster`);
  return stuck(events) ?? open(phase);
}

const STUCK: ReadonlySet<string> = new Set([
  'FailedMount',
  'FailedMapVolume',
  'FailedAttachVolume',
  'FailedCreatePodSandBox',
  'FailedCreatePodContainer',
]);
/** The kubelet tries again with growing pauses; once is an accident of a namespace that is seconds old. */
const TIMES = 3;

/** Troubles of a busy node that go away by themselves; whoever is not helped in time was not refused. */
const PASSING =
  /context deadline exceeded|DeadlineExceeded|timed out waiting|failed to reserve (?:container|sandbox) name/;

function stuck(events: readonly ObjectEvent[]): Ruling | undefined {
  const failures = events.filter(
    ({ type, reason, message }) => type === 'Warning' && STUCK.has(reason) && !PASSING.test(message),
  );
  const times = failures.reduce((sum, { count }) => sum + count, 0);
  const last = failures.at(-1);
  if (last === undefined || times < TIMES) return undefined;
  return never(
    last.reason === 'FailedCreatePodSandBox' ? 'runtime' : 'kubelet',
    `${last.reason}: ${last.message}`,
  );
}

const ON_ITS_WAY: ReadonlySet<string> = new Set(['', 'ContainerCreating', 'PodInitializing']);
const NO_IMAGE: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable',
  'SignatureValidationFailed',
]);

/**
 * What a container waits for, if it waits for good. A container that was started before has run, whatever it waits
 * for now, so this is asked only of those that never did.
 *
 * Source of the reasons: pkg/kubelet/kuberuntime, pkg/kubelet/images.
 */
export function containerRuling(view: ContainerView): Ruling {
  const { stage, lastEnd } = view;
  const startError = [stage.kind === 'ended' ? stage : undefined, lastEnd].find(
    (end) => end?.reason === 'StartError' || end?.reason === 'ContainerCannotRun',
  );
  if (startError !== undefined) return never('runtime', `${startError.reason}: ${startError.message}`);
  if (stage.kind !== 'waiting') return open(stage.kind);
  if (NO_IMAGE.has(stage.reason))
    return { kind: 'image', image: view.image, why: `${stage.reason}: ${stage.message}` };
  const isPassing =
    ON_ITS_WAY.has(stage.reason) || stage.reason === 'CrashLoopBackOff' || PASSING.test(stage.message);
  if (isPassing) return open(stage.reason === '' ? 'waiting' : stage.reason);
  const by: Judge =
    stage.reason === 'RunContainerError' || stage.reason === 'CreateContainerError' ? 'runtime' : 'kubelet';
  return never(by, stage.message === '' ? stage.reason : `${stage.reason}: ${stage.message}`);
}
