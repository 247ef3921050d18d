import { systemClock } from '../core/clock.ts';
import type { Cluster, ClusterNode } from '../core/cluster.ts';
import type { CommandRunner } from '../core/command.ts';
import type { Deadline } from '../core/deadline.ts';
import { isPod, type KubeClient, type Pod } from '../core/kube.ts';
import { CannotTell, type NodeUnderTest, type PodUnderTest, type Scene } from '../core/under-test.ts';
import { nonceFor } from './prepare.ts';
import type { Turnstile } from '../core/turnstile.ts';
import type { Recorder } from './recorder.ts';

export interface SceneParts {
  readonly kube: KubeClient;
  readonly cluster: Cluster;
  readonly nonce: string;
  readonly deadline: Deadline;
  readonly recorder: Recorder;
  /** Shared by the whole run: only so many commands at once. */
  readonly turnstile: Turnstile;
  /** The newest known pods of the unit, by manifest name. */
  readonly pods: ReadonlyMap<string, Pod>;
}

/** Gives a claim its pods and nodes; whatever it asks of them ends up in the recorder. */
export function createScene(parts: SceneParts): Scene {
  const { recorder, cluster, deadline } = parts;
  return {
    nonceOf: (pod) => nonceFor(parts.nonce, pod),
    deadline,
    pod: (name) => podUnderTest(name, parts),
    hold: (ms) => systemClock.sleep(ms, deadline.signal),
    outsider: async () => recorder.wrap(inTurn(await cluster.outsider(deadline), parts), 'cluster network'),
  };
}

function podUnderTest(name: string, parts: SceneParts): PodUnderTest {
  const { kube, cluster, recorder, deadline } = parts;
  const pod = parts.pods.get(name);
  if (pod === undefined) throw new CannotTell(`pod ${name} does not exist in this unit`);
  const namespace = pod.metadata.namespace ?? '';
  const uid = pod.metadata.uid ?? '';
  const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
  return {
    name,
    namespace,
    uid,
    runner: recorder.wrap(inTurn(kube.podRunner({ namespace, name }), parts), 'pod'),
    get node() {
      return nodeUnderTest(nodeOf(pod, cluster), parts);
    },
    get otherNodes() {
      const own = nodeOf(pod, cluster).name;
      return cluster.nodes
        .filter((node) => node.schedulable && node.name !== own)
        .map((node) => nodeUnderTest(node, parts));
    },
    read: () =>
      recorder.api(
        kube.server,
        path,
        () => readPod(parts, { namespace, name }),
        (answer) => JSON.stringify({ spec: hostFields(answer), status: answer.status }, null, 1),
      ),
    events: () =>
      recorder.api(
        kube.server,
        `/api/v1/namespaces/${namespace}/events?fieldSelector=involvedObject.uid=${uid}`,
        () => kube.events({ namespace, uid }, deadline),
        (answer) => JSON.stringify(answer, null, 1),
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

function nodeUnderTest(node: ClusterNode, parts: SceneParts): NodeUnderTest {
  return {
    name: node.name,
    address: node.address,
    runner: parts.recorder.wrap(inTurn(node.runner, parts), 'node'),
  };
}

/** Waits for its turn, then asks; the question's own time starts with its turn and ends with the scene at the latest. */
function inTurn(runner: CommandRunner, { deadline: scene, turnstile }: SceneParts): CommandRunner {
  return {
    where: runner.where,
    run: (argv, options) =>
      turnstile(
        () => runner.run(argv, { ...options, deadline: options.deadline.restart().within(scene) }),
        scene.signal,
      ),
  };
}

function hostFields(pod: Pod): Record<string, unknown> {
  const { hostNetwork, hostPID, hostIPC, nodeName, dnsPolicy, securityContext } = pod.spec;
  return { hostNetwork, hostPID, hostIPC, nodeName, dnsPolicy, securityContext };
}
