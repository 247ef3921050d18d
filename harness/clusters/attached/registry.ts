import type { ClusterNode, ClusterRegistry } from '../../core/cluster.ts';
import { Deadline } from '../../core/deadline.ts';
import { InfrastructureError } from '../../core/errors.ts';
import { isPod, type KubeObject, type Pod } from '../../core/kube.ts';
import { done, hopeless, pending, poll, type Look } from '../../core/poll.ts';
import { createOwn } from './create-own.ts';
import type { AttachedKube } from './deps.ts';
import { toolsNamespace } from './labels.ts';
import { REGISTRY_IMAGE, REGISTRY_NAME, REGISTRY_PORT, registryHome } from './registry-home.ts';
import type { WorkloadChoice } from './node-pods.ts';

const PORT = 5000;

const MAIN = 'main';
const START_MS = 60_000;
const LOOK_MS = 20_000;
/** As many as are looked at before anything else. */
const MOST_NODES = 24;

export interface RegistryParts {
  readonly attachment: string;
  readonly kube: AttachedKube;
  /** As the API has them. */
  readonly objects: readonly KubeObject[];
  readonly schedulable: readonly ClusterNode[];
  readonly workload: WorkloadChoice;
}

export interface AttachedRegistry {
  /** For the record: where it will be, or why there is none. */
  readonly why: string;
  readonly lacks: string | undefined;
  readonly start: (deadline: Deadline) => Promise<ClusterRegistry>;
}

/**
 * A registry inside the cluster that every node pulls from without any change in the nodes: a pod of ours, and on each
 * node a relay that listens on the loopback address only (hostPort with hostIP 127.0.0.1), where no neighbour reaches
 * it. Possible when a node has the registry's image and nobody told the nodes something else about the name.
 */
export async function registryOf(parts: RegistryParts, outer: Deadline): Promise<AttachedRegistry> {
  if (parts.schedulable.length > MOST_NODES)
    return none(`each of ${String(parts.schedulable.length)} nodes would need a relay of its own`);
  const deadline = Deadline.in(LOOK_MS, 'what nodes know of the registry', outer.signal);
  const home = await registryHome(parts, deadline);
  if (typeof home === 'string') return none(home);
  let started: Promise<ClusterRegistry> | undefined;
  return {
    why: `a pod of ours on node ${home.name}, ${REGISTRY_NAME} on every node`,
    lacks: undefined,
    start: (within) => {
      started ??= startAll(home, parts, outer.signal).catch((error: unknown) => {
        started = undefined;
        throw error;
      });
      return within.race(started);
    },
  };
}

function none(why: string): AttachedRegistry {
  const error = new InfrastructureError('NO_REGISTRY', `There is no image registry: ${why}.`);
  return { why, lacks: why, start: () => Promise.reject(error) };
}

async function startAll(
  home: ClusterNode,
  parts: RegistryParts,
  signal: AbortSignal,
): Promise<ClusterRegistry> {
  const { kube, attachment, schedulable, workload } = parts;
  const namespace = toolsNamespace(attachment);
  const deadline = Deadline.in(START_MS, 'the registry in the cluster', signal);
  const common = { namespace, kube, deadline };
  const registry = await run({
    ...common,
    name: 'registry',
    node: home.name,
    image: REGISTRY_IMAGE,
    pull: 'Never',
  });
  const address = `${registry.status?.podIP ?? ''}:${String(PORT)}`;
  const [host = ''] = address.split(/:(?=\d+$)/);
  const own = { ...common, image: workload.image, pull: workload.pull };
  const relay = ['nc', '-ll', '-p', String(PORT), '-e', 'nc', host, String(PORT)];
  await Promise.all([
    run({ ...own, name: 'push', node: home.name, command: ['idle'] }),
    ...schedulable.map(({ name }, index) =>
      run({ ...own, name: `relay-${String(index)}`, node: name, command: relay, isRelay: true }),
    ),
  ]);
  return { address, prefix: REGISTRY_NAME, pusher: kube.podRunner({ namespace, name: 'push' }) };
}

interface Running {
  readonly name: string;
  readonly namespace: string;
  readonly node: string;
  readonly image: string;
  readonly pull: WorkloadChoice['pull'];
  readonly command?: readonly string[];
  readonly isRelay?: boolean;
  readonly kube: AttachedKube;
  readonly deadline: Deadline;
}

async function run({ kube, deadline, ...pod }: Running): Promise<Pod> {
  const { name, namespace, node } = pod;
  // An earlier attempt may have left it there; the namespace is ours alone.
  if ((await kube.get('Pod', { name, namespace }, deadline)) === undefined)
    await createOwn(kube, podOf(pod), deadline);
  const look = async (): Promise<Look<Pod>> => {
    const found = await kube.get('Pod', { name, namespace }, deadline);
    if (!isPod(found)) return pending(`pod ${name} is gone`);
    const { phase, reason, message, containerStatuses } = found.status ?? {};
    const container = containerStatuses?.find((each) => each.name === MAIN);
    if (container?.ready === true) return done(found);
    const waiting = container?.state?.waiting;
    if (phase !== 'Failed' && phase !== 'Succeeded')
      return pending(`pod ${name} on ${node}: ${waiting?.message ?? waiting?.reason ?? phase ?? 'no phase'}`);
    return hopeless(
      new InfrastructureError(
        'REGISTRY_FAILED',
        `Pod ${name} on node ${node} ended: ${message ?? reason ?? phase}`,
        { hint: `Something else may listen on port ${String(REGISTRY_PORT)} of that node. Run again.` },
      ),
    );
  };
  return poll(look, { deadline, pauseMs: 100, maxPauseMs: 500 });
}

function podOf(pod: Omit<Running, 'kube' | 'deadline'>): KubeObject {
  const { name, namespace, node, image, pull, command, isRelay = false } = pod;
  const port = { containerPort: PORT, ...(isRelay ? { hostPort: REGISTRY_PORT, hostIP: '127.0.0.1' } : {}) };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace },
    spec: {
      nodeSelector: { 'kubernetes.io/hostname': node },
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: MAIN,
          image,
          imagePullPolicy: pull,
          ...(command === undefined ? {} : { command: [...command] }),
          ports: [port],
        },
      ],
    },
  };
}
