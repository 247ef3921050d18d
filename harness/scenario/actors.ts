import { randomUUID } from 'node:crypto';
import type { Cluster, ClusterNode } from '../core/cluster.ts';
import type { CommandRunner } from '../core/command.ts';
import {
  isObjectKind,
  isPod,
  type KubeObject,
  type ObjectEvent,
  type ObjectKind,
  type ObjectName,
  type Pod,
} from '../core/kube.ts';
import {
  CannotTell,
  type NodeUnderTest,
  type PodUnderTest,
  type WorkloadUnderTest,
} from '../core/under-test.ts';
import { RUN_LABEL, WORKLOAD_LABEL } from './prepare.ts';
import type { SceneParts } from './scene-parts.ts';

/** An annotation that nobody reads. */
const NUDGE = 'podproof.dev/nudge';

/** The pod as claims see it; whatever is asked of it ends up in the recorder. */
export function podUnderTest(name: string, pod: Pod, parts: SceneParts): PodUnderTest {
  const { kube, cluster, recorder } = parts;
  const { namespace = '', uid = '', annotations } = pod.metadata;
  const target = { namespace, name: pod.metadata.name };
  return {
    name,
    namespace,
    uid,
    nodeUid: annotations?.['kubernetes.io/config.hash'] ?? uid,
    runner: recorder.wrap(inTurn(kube.podRunner(target), parts), 'pod'),
    get node() {
      return nodeUnderTest(nodeOf(pod, cluster), parts);
    },
    get otherNodes() {
      const own = nodeOf(pod, cluster).name;
      return schedulableNodes(parts).filter((node) => node.name !== own);
    },
    read: () =>
      recorder.api(
        { server: kube.server, path: `/api/v1/namespaces/${namespace}/pods/${target.name}` },
        () => readPod(parts, target),
        (answer) => JSON.stringify({ spec: hostFields(answer), status: answer.status }, null, 1),
      ),
    events: () => eventsOf(pod, parts),
    nudge: () => change('Pod', target, { metadata: { annotations: { [NUDGE]: randomUUID() } } }, parts),
  };
}

/** The workload as claims see it. */
export function workloadUnderTest(object: KubeObject, parts: SceneParts): WorkloadUnderTest {
  const { kube, recorder, deadline, runId } = parts;
  const { kind } = object;
  const { name, namespace = '' } = object.metadata;
  if (!isObjectKind(kind)) throw new CannotTell(`${name} is a ${kind}, which podproof does not know`);
  const labelSelector = `${RUN_LABEL}=${runId},${WORKLOAD_LABEL}=${name}`;
  return {
    kind,
    name,
    namespace,
    read: () => readObject(kind, { name, namespace }, parts),
    pods: () =>
      recorder.api(
        { server: kube.server, path: `/api/v1/namespaces/${namespace}/pods?labelSelector=${labelSelector}` },
        async () =>
          (await kube.list('Pod', { namespace, labelSelector }, deadline))
            .filter(isPod)
            .filter(({ metadata }) => metadata.deletionTimestamp === undefined),
        (answer) => JSON.stringify(answer.map(stateOf), null, 1),
      ),
    patch: (changes) => change(kind, { name, namespace }, changes, parts),
  };
}

async function change(
  kind: ObjectKind,
  object: Required<ObjectName>,
  changes: object,
  { kube, recorder, deadline }: SceneParts,
): Promise<void> {
  await recorder.api(
    { server: kube.server, path: `${kind} ${object.name} ${JSON.stringify(changes)}`, method: 'PATCH' },
    () => kube.patch(kind, object, changes, deadline),
    ({ metadata }) => JSON.stringify({ resourceVersion: metadata.resourceVersion }),
  );
}

/** The events about an object that exists. */
export async function eventsOf({ metadata }: KubeObject, parts: SceneParts): Promise<readonly ObjectEvent[]> {
  const { kube, recorder, deadline } = parts;
  const { namespace = '', uid = '' } = metadata;
  return recorder.api(
    {
      server: kube.server,
      path: `/api/v1/namespaces/${namespace}/events?fieldSelector=involvedObject.uid=${uid}`,
    },
    () => kube.events({ namespace, uid }, deadline),
    (answer) => JSON.stringify(answer, null, 1),
  );
}

/** An object that is no pod. @throws CannotTell when it is not there */
export async function readObject(
  kind: ObjectKind,
  { name, namespace }: Required<ObjectName>,
  { kube, recorder, deadline }: SceneParts,
): Promise<KubeObject> {
  return recorder.api(
    { server: kube.server, path: `${kind} ${namespace}/${name}` },
    async () => {
      const object = await kube.get(kind, { name, namespace }, deadline);
      if (object === undefined) throw new CannotTell(`${kind} ${name} does not exist in ${namespace}`);
      return object;
    },
    ({ spec, status }) => JSON.stringify({ spec, status }, null, 1),
  );
}

/** The nodes that take ordinary pods, as claims see them. */
export function schedulableNodes(parts: SceneParts): readonly NodeUnderTest[] {
  return parts.cluster.nodes
    .filter(({ schedulable }) => schedulable)
    .map((node) => nodeUnderTest(node, parts));
}

/** The node as claims see it. */
export function nodeUnderTest(node: ClusterNode, parts: SceneParts): NodeUnderTest {
  return {
    name: node.name,
    address: node.address,
    runner: parts.recorder.wrap(inTurn(node.runner, parts), 'node'),
  };
}

/** Waits for its turn, then asks; the question's own time starts with its turn and ends with the scene at the latest. */
export function inTurn(runner: CommandRunner, { deadline: scene, turnstile }: SceneParts): CommandRunner {
  return {
    where: runner.where,
    run: (argv, options) =>
      turnstile(
        () => runner.run(argv, { ...options, deadline: options.deadline.restart().within(scene) }),
        scene.signal,
      ),
  };
}

async function readPod(
  { kube, deadline }: SceneParts,
  target: { namespace: string; name: string },
): Promise<Pod> {
  const pod = await kube.get('Pod', target, deadline);
  if (!isPod(pod)) throw new CannotTell(`pod ${target.name} does not exist any more`);
  return pod;
}

function nodeOf(pod: Pod, cluster: Cluster): ClusterNode {
  const node = cluster.nodes.find(({ name }) => name === pod.spec.nodeName);
  if (node === undefined)
    throw new CannotTell(
      `pod ${pod.metadata.name} is on no known node (${pod.spec.nodeName ?? 'not scheduled'})`,
    );
  return node;
}

function hostFields({ spec }: Pod): Record<string, unknown> {
  const { hostNetwork, hostPID, hostIPC, nodeName, dnsPolicy, securityContext } = spec;
  const containers = spec.containers.map((container) => ({
    name: container.name,
    securityContext: container.securityContext,
  }));
  return { hostNetwork, hostPID, hostIPC, nodeName, dnsPolicy, securityContext, containers };
}

function stateOf({ metadata, spec, status }: Pod): Record<string, unknown> {
  return {
    name: metadata.name,
    nodeName: spec.nodeName,
    phase: status?.phase,
    conditions: status?.conditions?.filter(({ type }) => type === 'PodScheduled'),
  };
}
