import { CannotTell, type NodeUnderTest, type Stage, type StageRegistry } from '../core/under-test.ts';
import { inTurn, nodeUnderTest } from './actors.ts';
import { createScene } from './scene.ts';
import type { SceneParts } from './scene-parts.ts';
import { imageOf, REGISTRY_PREFIX } from './unit-names.ts';

export interface StageParts extends SceneParts {
  /** Node of a pod, by manifest name. */
  readonly nodeFor: (pod: string) => string | undefined;
  /** Filled by `pin`. */
  readonly digests: Map<string, string>;
  readonly later: Stage['later'];
}

/** Gives an act the scene and what it may change. */
export function createStage(parts: StageParts): Stage {
  const scene = createScene(parts);
  // Assigned and not spread: a spread would ask every getter of the scene at once, and one of them may throw.
  return Object.assign(scene, {
    nodeFor: (pod: string) => nodeForPod(pod, parts),
    pin: (repository: string, digest: string) => void parts.digests.set(repository, digest),
    later: parts.later,
    async registry(): Promise<StageRegistry> {
      const { cluster, deadline, recorder } = parts;
      const { address, prefix, pusher } = await cluster.registry(deadline);
      const runner =
        pusher === undefined ? await scene.outsider() : recorder.wrap(inTurn(pusher, parts), 'pod');
      if (!REGISTRY_PREFIX.startsWith(`${prefix}/`))
        throw new CannotTell(`manifests call the registry ${REGISTRY_PREFIX}, the cluster ${prefix}`);
      const nameOf = (image: string): string =>
        imageOf(`${REGISTRY_PREFIX}${image}`, parts).replace(prefix, address);
      return { runner, nameOf };
    },
  });
}

function nodeForPod(pod: string, parts: StageParts): NodeUnderTest {
  const wanted = parts.nodeFor(pod);
  const node = parts.cluster.nodes.find(({ name }) => name === wanted);
  if (node === undefined) throw new CannotTell(`pod ${pod} is placed on no node`);
  return nodeUnderTest(node, parts);
}
