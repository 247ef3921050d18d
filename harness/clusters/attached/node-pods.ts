import type { CommandRunner } from '../../core/command.ts';
import { Deadline } from '../../core/deadline.ts';
import { EnvironmentError, InfrastructureError } from '../../core/errors.ts';
import { isPod, type KubeClient, type KubeObject, type ObjectName, type Pod } from '../../core/kube.ts';
import { done, hopeless, pending, poll, type Look } from '../../core/poll.ts';
import { createOwn } from './create-own.ts';
import { LOOKER, toolsNamespace } from './labels.ts';
import { nodeRunner } from './node-runner.ts';
import { requireItsNode } from './require-its-node.ts';

export interface WorkloadChoice {
  readonly image: string;
  /** `Never` for our own image, which no registry has. */
  readonly pull: 'Never' | 'IfNotPresent';
}

export interface NodePodsOptions {
  readonly attachment: string;
  readonly kube: KubeClient;
  readonly workload: WorkloadChoice;
  readonly signal: AbortSignal;
}

/** The pods that look at the nodes for us, one for each node that is asked something. */
export interface NodePods {
  /** Starts the pod of a node unless it is there. @throws EnvironmentError WORKLOAD_MISSING; InfrastructureError */
  ensure(node: KubeObject): Promise<Pod>;
  /** Runs commands on the node; the pod is started with the first one. */
  runner(node: KubeObject): CommandRunner;
}

const START_MS = 90_000;

export function nodePods(options: NodePodsOptions): NodePods {
  const started = new Map<string, Promise<Pod>>();
  const numbers = new Map<string, number>();
  const podName = ({ metadata: { name } }: KubeObject): string => {
    const number = numbers.get(name) ?? numbers.size;
    numbers.set(name, number);
    return `look-${String(number)}`;
  };
  const ensure = (node: KubeObject): Promise<Pod> => {
    const { name } = node.metadata;
    const pod =
      started.get(name) ??
      start(node, podName(node), options).catch((error: unknown) => {
        // A start that failed does not answer for the next one.
        started.delete(name);
        throw error;
      });
    started.set(name, pod);
    return pod;
  };
  const { attachment, kube } = options;
  return {
    ensure,
    runner(node) {
      const target = { namespace: toolsNamespace(attachment), name: podName(node) };
      const inPod = kube.podRunner(target);
      const where = `node ${node.metadata.name}, seen by our own pod ${target.namespace}/${target.name}`;
      return nodeRunner(async () => {
        await ensure(node);
        return inPod;
      }, where);
    },
  };
}

async function start(node: KubeObject, name: string, options: NodePodsOptions): Promise<Pod> {
  const { kube, attachment, signal, workload } = options;
  const { name: nodeName } = node.metadata;
  const deadline = Deadline.in(START_MS, `the pod that looks at node ${nodeName}`, signal);
  const namespace = toolsNamespace(attachment);
  // An earlier attempt may have left it there; the namespace is ours alone.
  if (!(await isStarted({ name, namespace }, kube, deadline)))
    await createOwn(kube, lookingPod({ name, namespace, nodeName, workload }), deadline);
  const look = async (): Promise<Look<Pod>> => {
    const pod = await kube.get('Pod', { name, namespace }, deadline);
    return isPod(pod) ? progressOf(pod, nodeName, workload) : pending('the pod is gone');
  };
  const pod = await poll(look, { deadline, pauseMs: 150, maxPauseMs: 1000 });
  await requireItsNode(node, kube.podRunner({ namespace, name }), deadline);
  return pod;
}

/** One that ended (evicted, its node full or started again) is taken away first: it would never look again. */
async function isStarted(pod: Required<ObjectName>, kube: KubeClient, deadline: Deadline): Promise<boolean> {
  const found = await kube.get('Pod', pod, deadline);
  if (found === undefined || !isPod(found)) return false;
  if (!hasEnded(found)) return true;
  await kube.delete('Pod', pod, deadline, 0);
  const look = async (): Promise<Look<false>> =>
    (await kube.get('Pod', pod, deadline)) === undefined
      ? done(false)
      : pending('the pod that ended is there');
  return poll(look, { deadline, pauseMs: 100, maxPauseMs: 1000 });
}

function hasEnded({ status }: Pod): boolean {
  return status?.phase === 'Failed' || status?.phase === 'Succeeded';
}

/**
 * Put on the node without the scheduler, because that is not under test here and the node may be full or cordoned. It
 * does nothing; what is asked of the node runs in it.
 */
function lookingPod(pod: {
  readonly name: string;
  readonly namespace: string;
  readonly nodeName: string;
  readonly workload: WorkloadChoice;
}): KubeObject {
  const { name, namespace, nodeName, workload } = pod;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace },
    spec: {
      nodeName,
      hostPID: true,
      hostNetwork: true,
      hostIPC: true,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      tolerations: [{ operator: 'Exists' }],
      containers: [
        {
          name: LOOKER,
          image: workload.image,
          imagePullPolicy: workload.pull,
          command: ['idle'],
          securityContext: { privileged: true },
        },
      ],
    },
  };
}

const NO_IMAGE = new Set([
  ...['ErrImageNeverPull', 'ErrImagePull', 'ImagePullBackOff', 'InvalidImageName'],
  ...['ImageInspectError', 'RegistryUnavailable', 'SignatureValidationFailed'],
]);

function progressOf(pod: Pod, node: string, workload: WorkloadChoice): Look<Pod> {
  const { phase, reason, message, containerStatuses } = pod.status ?? {};
  const container = containerStatuses?.find((each) => each.name === LOOKER);
  if (container?.ready === true) return done(pod);
  const waiting = container?.state?.waiting;
  if (waiting?.reason !== undefined && NO_IMAGE.has(waiting.reason))
    return hopeless(workloadMissing(node, workload, waiting.message ?? waiting.reason));
  if (hasEnded(pod)) {
    const ended = container?.state?.terminated;
    const why = reason ?? ended?.reason ?? phase ?? 'no reason';
    return hopeless(
      new InfrastructureError(
        'NODE_NOT_SEEN',
        `The pod that looks at node ${node} ended: ${why} (${message ?? ended?.message ?? 'no message'})`,
        {
          hint: 'The kubelet of that node took no further pod, or ended it: make room there, or cordon the node to leave it out.',
        },
      ),
    );
  }
  const waitsFor = [waiting?.reason, waiting?.message].filter((text) => text !== undefined).join(': ');
  return pending(`${phase ?? 'no phase'}, ${waitsFor || 'nothing is waited for'}`);
}

function workloadMissing(node: string, { image, pull }: WorkloadChoice, seen: string): EnvironmentError {
  // What the kubelet says when nothing may be pulled says no more, and reads as if a fresh cluster would help.
  const why = pull === 'Never' ? ', and no registry has it' : `: ${seen}`;
  return new EnvironmentError('WORKLOAD_MISSING', `Node ${node} has no image ${image}${why}`, {
    hint:
      pull === 'Never'
        ? 'Bring it there: `npm run podproof -- save-images podproof-images.tar`, then for kind `kind load image-archive podproof-images.tar --name CLUSTER`, elsewhere `ctr -n k8s.io images import podproof-images.tar` on every node. Or push it to a registry that the nodes pull from and name it: --workload-image REF'
        : 'Check that the nodes can pull what --workload-image names.',
  });
}
