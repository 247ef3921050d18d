import type { ClusterNode } from '../../core/cluster.ts';
import type { Deadline } from '../../core/deadline.ts';
import type { ForeignObject } from '../../core/submission.ts';
import { recordAt, recordsAt, textAt } from '../shape.ts';

/**
 * Folders and files that come into being on a node because a pod mounts a hostPath that is not there: the kubelet or
 * the runtime creates it and nobody ever removes it.
 */
export interface MadePaths {
  /** Remembers which of the paths are missing on the nodes now. Call before the pod is created. */
  note(pod: ForeignObject, deadline: Deadline): Promise<void>;
  /**
   * Removes what was made meanwhile and is empty; call when no pod uses it any more.
   * @returns what is still there because somebody put something into it
   */
  remove(deadline: Deadline): Promise<readonly string[]>;
}

export function madePaths(nodes: readonly ClusterNode[]): MadePaths {
  const missing = new Map<string, Set<string>>();
  return {
    async note(pod, deadline) {
      const paths = hostPathsOf(pod).flatMap(ancestors);
      if (paths.length === 0) return;
      await Promise.all(
        nodes.map(async (node) => {
          const known = missing.get(node.name) ?? new Set();
          missing.set(node.name, known);
          const present = await presentOn(node, paths, deadline);
          if (present !== undefined) for (const path of paths) if (!present.has(path)) known.add(path);
        }),
      );
    },
    async remove(deadline) {
      const left = await Promise.all(
        nodes.map(async (node) => removeEmpty(node, [...(missing.get(node.name) ?? [])], deadline)),
      );
      return left.flat();
    },
  };
}

function hostPathsOf(pod: ForeignObject): readonly string[] {
  return recordsAt(recordAt(pod, 'spec'), 'volumes').flatMap((volume) => {
    const path = textAt(volume['hostPath'], 'path');
    return path?.startsWith('/') === true && !path.split('/').includes('..') ? [path] : [];
  });
}

/** `/a/b` has `/a` and `/a/b`. */
function ancestors(path: string): readonly string[] {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`);
}

/** @returns undefined when the node could not be asked: then nothing of it will be removed */
async function presentOn(
  node: ClusterNode,
  paths: readonly string[],
  deadline: Deadline,
): Promise<ReadonlySet<string> | undefined> {
  // No -L: a dangling link is something that is there.
  const result = await node.runner.run(['stat', '-c', '%n', '--', ...new Set(paths)], { deadline });
  return result.kind === 'exited' ? new Set(result.stdout.split('\n')) : undefined;
}

async function removeEmpty(
  node: ClusterNode,
  paths: readonly string[],
  deadline: Deadline,
): Promise<readonly string[]> {
  if (paths.length === 0) return [];
  const deepestFirst = paths.toSorted((one, other) => other.length - one.length);
  const empty = ['(', '-type', 'd', '-o', '-type', 'f', ')', '-empty', '-delete'];
  await node.runner.run(['find', ...deepestFirst, '-maxdepth', '0', ...empty] as [string, ...string[]], {
    deadline,
  });
  const present = await presentOn(node, paths, deadline);
  return deepestFirst
    .filter((path) => present?.has(path) === true)
    .map((path) => `${path} on node ${node.name}, made for a pod and not empty`);
}
