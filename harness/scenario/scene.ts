import { systemClock } from '../core/clock.ts';
import { Deadline } from '../core/deadline.ts';
import { poll } from '../core/poll.ts';
import { CannotTell, type Scene } from '../core/under-test.ts';
import { eventsOf, inTurn, nodeUnderTest, podUnderTest, readObject, schedulableNodes } from './actors.ts';
import { nonceFor } from './prepare.ts';
import type { SceneParts } from './scene-parts.ts';
import { hostPathOf } from './unit-names.ts';

/** Gives a claim its pods and nodes; whatever it asks of them ends up in the recorder. */
export function createScene(parts: SceneParts): Scene {
  const { recorder, cluster, deadline, namespace } = parts;
  return {
    namespace,
    deadline,
    nonceOf: (pod) => nonceFor(parts.nonce, pod),
    pod(name) {
      const pod = parts.pods.get(name);
      if (pod === undefined) throw new CannotTell(`pod ${name} is not among the claim’s pods`);
      return podUnderTest(name, pod, parts);
    },
    get nodes() {
      return schedulableNodes(parts);
    },
    get controlPlane() {
      const node = cluster.nodes.find(({ role }) => role === 'control-plane');
      if (node === undefined) throw new CannotTell('the cluster has no node of the control plane');
      return nodeUnderTest(node, parts);
    },
    hostPath: (path) => hostPathOf(path, parts),
    read: (kind, name, own = namespace) => readObject(kind, { name, namespace: own }, parts),
    events: (object) => eventsOf(object, parts),
    hold: (ms) => systemClock.sleep(ms, deadline.signal),
    until: (what, ms, look) =>
      poll(look, { deadline: Deadline.in(Math.min(ms, deadline.remainingMs), what, deadline.signal) }),
    get laptop() {
      const { laptop } = cluster;
      return laptop && { ...laptop, runner: recorder.wrap(inTurn(laptop.runner, parts), 'laptop') };
    },
    outsider: async () => recorder.wrap(inTurn(await cluster.outsider(deadline), parts), 'cluster network'),
  };
}
