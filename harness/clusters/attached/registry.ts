import type { ClusterNode, ClusterRegistry } from '../../core/cluster.ts';
import { describeResult } from '../../core/command.ts';
import { Deadline } from '../../core/deadline.ts';
import { InfrastructureError } from '../../core/errors.ts';
import { isRecord } from '../../core/json.ts';
import { isPod, type KubeObject, type Pod } from '../../core/kube.ts';
import { done, hopeless, pending, poll, type Look } from '../../core/poll.ts';
import type { AttachedKube } from './deps.ts';
import { toolsNamespace } from './labels.ts';
import type { WorkloadChoice } from './node-pods.ts';

/** What podproof builds the registry as; only one node needs it. */
const IMAGE = 'localhost/podproof/registry:v1';
const PORT = 5000;
/** What manifests call the registry. A container runtime speaks plain HTTP with localhost without being told. */
const NODE_PORT = 5001;
const PREFIX = `localhost:${String(NODE_PORT)}`;
/** Where somebody may have told containerd to look for that name elsewhere. */
const TOLD = `/etc/containerd/certs.d/${PREFIX}/hosts.toml`;

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
  const home = parts.schedulable.find(({ name }) => hasImage(parts.objects, name));
  if (home === undefined) return none(`no node that takes pods reports the image ${IMAGE}`);
  if (parts.schedulable.length > MOST_NODES)
    return none(`each of ${String(parts.schedulable.length)} nodes would need a relay of its own`);
  const deadline = Deadline.in(LOOK_MS, 'what nodes know of the registry', outer.signal);
  const told = await Promise.all(
    parts.schedulable.map(async ({ name, runner }) => ({
      name,
      result: await runner.run(['test', '-e', TOLD], { deadline }),
    })),
  );
  const taken = told.find(({ result }) => result.kind !== 'exited' || result.exitCode !== 1);
  if (taken !== undefined) {
    const isThere = taken.result.kind === 'exited' && taken.result.exitCode === 0;
    const why = isThere ? `looks for ${PREFIX} elsewhere (${TOLD})` : describeResult(taken.result);
    return none(`node ${taken.name} ${why}`);
  }
  let started: Promise<ClusterRegistry> | undefined;
  return {
    why: `a pod of ours on node ${home.name}, ${PREFIX} on every node`,
    lacks: undefined,
    start: (within) => {
      started ??= startAll(home, parts).catch((error: unknown) => {
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

/**
 * The kubelet tells the newest 50 images of a node (nodeStatusMaxImages). An image whose last name was taken away has
 * null for its names: seen with Kubernetes 1.37.
 */
function hasImage(objects: readonly KubeObject[], node: string): boolean {
  const status = objects.find(({ metadata }) => metadata.name === node)?.['status'];
  const images = isRecord(status) && Array.isArray(status['images']) ? status['images'] : [];
  return images.filter(isRecord).some(({ names }) => Array.isArray(names) && names.includes(IMAGE));
}

async function startAll(home: ClusterNode, parts: RegistryParts): Promise<ClusterRegistry> {
  const { kube, attachment, schedulable, workload } = parts;
  const namespace = toolsNamespace(attachment);
  const deadline = Deadline.in(START_MS, 'the registry in the cluster');
  const common = { namespace, kube, deadline };
  const registry = await run({ ...common, name: 'registry', node: home.name, image: IMAGE, pull: 'Never' });
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
  return { address, prefix: PREFIX, pusher: kube.podRunner({ namespace, name: 'push' }) };
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
  await kube.create(podOf(pod), deadline);
  const look = async (): Promise<Look<Pod>> => {
    const found = await kube.get('Pod', { name, namespace }, deadline);
    if (!isPod(found)) return pending(`pod ${name} is gone`);
    const { phase, message, containerStatuses } = found.status ?? {};
    if (containerStatuses?.[0]?.ready === true) return done(found);
    const waiting = containerStatuses?.[0]?.state?.waiting;
    if (phase !== 'Failed' && phase !== 'Succeeded')
      return pending(`pod ${name} on ${node}: ${waiting?.reason ?? phase ?? 'no phase'}`);
    return hopeless(
      new InfrastructureError('REGISTRY_FAILED', `Pod ${name} on node ${node} ended: ${message ?? phase}`),
    );
  };
  return poll(look, { deadline, pauseMs: 100, maxPauseMs: 500 });
}

function podOf(pod: Omit<Running, 'kube' | 'deadline'>): KubeObject {
  const { name, namespace, node, image, pull, command, isRelay = false } = pod;
  const port = { containerPort: PORT, ...(isRelay ? { hostPort: NODE_PORT, hostIP: '127.0.0.1' } : {}) };
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
          name: 'main',
          image,
          imagePullPolicy: pull,
          ...(command === undefined ? {} : { command: [...command] }),
          ports: [port],
        },
      ],
    },
  };
}
