import type { KubeObject } from '../../core/kube.ts';

/** The parts of a Node that matter here. */
export interface NodeView {
  readonly name: string;
  readonly address: string;
  readonly role: 'control-plane' | 'worker';
  readonly schedulable: boolean;
  /** Why pods cannot be started there yet; undefined when they can. */
  readonly notReady: string | undefined;
  readonly info: Readonly<Record<string, string>>;
}

interface RawNode {
  readonly spec?: {
    readonly unschedulable?: boolean;
    readonly taints?: readonly { readonly key: string; readonly effect: string }[];
  };
  readonly status?: {
    readonly addresses?: readonly { readonly type: string; readonly address: string }[];
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
    readonly nodeInfo?: Readonly<Record<string, string>>;
  };
}

/** Taints of Kubernetes itself that go away when the node is ready; they outlive the Ready condition by a moment. */
const STARTING_TAINT =
  /^node\.(?:kubernetes\.io|cloudprovider\.kubernetes\.io)\/(?:not-ready|unreachable|network-unavailable|uninitialized)$/;

const CONTROL_PLANE_LABEL = 'node-role.kubernetes.io/control-plane';

/** Reads a Node of the API. Fields that Kubernetes may leave out count as not there yet. */
export function nodeView(object: KubeObject): NodeView {
  const { spec = {}, status = {} } = object as KubeObject & RawNode;
  const taints = spec.taints ?? [];
  const address = status.addresses?.find((found) => found.type === 'InternalIP')?.address;
  return {
    name: object.metadata.name,
    address: address ?? '',
    role: CONTROL_PLANE_LABEL in (object.metadata.labels ?? {}) ? 'control-plane' : 'worker',
    schedulable:
      spec.unschedulable !== true &&
      !taints.some(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute'),
    notReady: address === undefined ? 'no address yet' : whyNotReady(taints, status.conditions ?? []),
    info: status.nodeInfo ?? {},
  };
}

function whyNotReady(
  taints: readonly { readonly key: string }[],
  conditions: NonNullable<NonNullable<RawNode['status']>['conditions']>,
): string | undefined {
  const ready = conditions.find(({ type }) => type === 'Ready');
  if (ready === undefined) return 'the kubelet has not reported yet';
  if (ready.status !== 'True') return `${ready.reason ?? 'NotReady'} (${ready.message ?? 'no message'})`;
  const taint = taints.find(({ key }) => STARTING_TAINT.test(key));
  return taint === undefined ? undefined : `Ready, but still tainted ${taint.key}`;
}
