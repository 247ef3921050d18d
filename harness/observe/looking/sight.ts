import { randomBytes } from 'node:crypto';
import type { CommandRunner } from '../../core/command.ts';
import type { Pod } from '../../core/kube.ts';
import { CannotTell } from '../../core/under-test.ts';
import { parseNetDev } from '../../probes/interfaces.ts';
import { read } from '../../probes/answer.ts';
import type { Trait } from '../findings/trait.ts';
import { containerTraits, extraDevices, namespaceTraits, sysctlTrait } from '../findings/traits.ts';
import type { Followed, FollowedContainer } from '../pods/follow.ts';
import type { SubstitutedContainer } from '../pods/substitute.ts';
import { namespacesOf } from './container-facts.ts';
import {
  computeAccess,
  hostFile,
  hostMountsOf,
  mayWriteInto,
  tryToWrite,
  type Attempt,
  type HostPathFacts,
} from './host-paths.ts';
import { processesOfPod } from './main-processes.ts';
import type { NodeFacts } from './node-facts.ts';
import { mayOpenDevices } from './runtime-record.ts';
import { readSysctls } from './sysctls.ts';

/** What was seen of one pod, ready to be compared. */
export interface Sight {
  readonly followed: Followed;
  readonly traits: ReadonlyMap<string, readonly Trait[]>;
  /** Traits of the pod as a whole. */
  readonly podTraits: readonly Trait[];
  readonly notes: readonly string[];
}

export interface SightParts {
  readonly followed: Followed;
  readonly node: NodeFacts;
  readonly nodeRunner: CommandRunner;
  readonly podRunner: (container: string) => CommandRunner;
  readonly substituted: ReadonlyMap<string, SubstitutedContainer>;
  /** Kernel settings that the manifest is about; the control is asked for them too. */
  readonly sysctls: readonly string[];
}

/** Asks everything else about a pod whose containers were looked at. What cannot be told is left out with a note. */
export async function seePod(parts: SightParts): Promise<Sight> {
  const notes: string[] = [];
  const seen = await Promise.all(
    parts.followed.containers.flatMap((container) =>
      container.facts === undefined ? [] : [traitsOf(container, parts, notes)],
    ),
  );
  const podTraits = [
    ...(await tolerant(() => sysctlTraits(parts), notes, 'sysctls')),
    ...(seen.length > 0 ? [] : await tolerant(() => sandboxTraits(parts, notes), notes, 'the sandbox')),
  ];
  return { followed: parts.followed, traits: new Map(seen), podTraits, notes };
}

/** What can be said of a pod that is on no node. */
export function unseen(followed: Followed): Sight {
  return { followed, traits: new Map(), podTraits: [], notes: [] };
}

async function traitsOf(
  { view, facts }: FollowedContainer,
  parts: SightParts,
  notes: string[],
): Promise<readonly [string, readonly Trait[]]> {
  if (facts === undefined) return [view.name, []];
  const { nodeRunner, node, substituted } = parts;
  const pod = parts.followed.pod;
  const hasMore = extraDevices(facts.devices ?? []).length > 0;
  const isLiving = facts.source === 'process' && view.stage.kind === 'running';
  const [hostPaths, openable] = await Promise.all([
    hostPathFacts({ pod, container: view.name, facts, isLiving }, parts, notes),
    hasMore && view.id !== undefined ? orNull(mayOpenDevices(nodeRunner, view.id)) : null,
  ]);
  const extras = { hostPaths, mayOpenDevices: openable, isSubstitute: substituted.has(view.name) };
  return [view.name, containerTraits(facts, node, extras)];
}

interface MountsOf {
  readonly pod: Pod;
  readonly container: string;
  readonly facts: NonNullable<FollowedContainer['facts']>;
  readonly isLiving: boolean;
}

async function hostPathFacts(
  { pod, container, facts, isLiving }: MountsOf,
  { nodeRunner, podRunner }: SightParts,
  notes: string[],
): Promise<readonly HostPathFacts[]> {
  const mounts = await Promise.all(
    hostMountsOf(pod, container).map(async (mount) => ({
      mount,
      file: await orNull(hostFile(nodeRunner, mount.hostPath)),
    })),
  );
  const folders = isLiving ? mounts.filter(({ mount, file }) => mayWriteInto(mount, file)) : [];
  const attempts = await attemptsIn(
    podRunner(container),
    folders.map(({ mount }) => mount.mountPath),
  );
  return mounts.map(({ mount, file }) => {
    const computed = file === null ? null : computeAccess(file, mount, facts);
    const attempt = attempts.get(mount.mountPath);
    if (attempt === 'left')
      notes.push(`a file of podproof could not be removed from the node's ${mount.hostPath}`);
    const access =
      computed === null || attempt === undefined
        ? computed
        : { ...computed, write: attempt !== 'no', how: 'tried' as const };
    return { ...mount, file, access };
  });
}

/** Nothing where the container has no shell: then the computed answer stands. */
async function attemptsIn(
  runner: CommandRunner,
  folders: readonly string[],
): Promise<ReadonlyMap<string, Attempt>> {
  if (folders.length === 0) return new Map();
  const attempts = await orNull(tryToWrite(runner, folders, randomBytes(8).toString('hex')));
  return new Map(
    folders.flatMap((folder, index) => (attempts?.[index] === undefined ? [] : [[folder, attempts[index]]])),
  );
}

async function sysctlTraits({ followed, nodeRunner, sysctls }: SightParts): Promise<readonly Trait[]> {
  if (sysctls.length === 0) return [];
  const { sandbox } = await processesOfPod(nodeRunner, { uid: uidOf(followed.pod), containerIds: [] });
  if (sandbox === undefined) return [];
  const values = await readSysctls(nodeRunner, sandbox, sysctls);
  return [...values].map(([name, value]) => sysctlTrait(name, value));
}

/** Where no container came to run, the pod's sandbox still shows which namespaces it was given. */
async function sandboxTraits(parts: SightParts, notes: string[]): Promise<readonly Trait[]> {
  const { followed, nodeRunner, node } = parts;
  if (followed.node === undefined) return [];
  const { sandbox } = await processesOfPod(nodeRunner, { uid: uidOf(followed.pod), containerIds: [] });
  if (sandbox === undefined) return [];
  const [namespaces, netDev] = await Promise.all([
    namespacesOf(nodeRunner, [sandbox]),
    read(nodeRunner, ['cat', `/proc/${String(sandbox)}/net/dev`]),
  ]);
  notes.push('no container ran; the namespaces are those of its sandbox');
  const { net, ipc, uts, pid, user } = namespaces.get(sandbox) ?? {};
  const known = Object.fromEntries(
    Object.entries({ net, ipc, uts, pid, user }).filter(([, link]) => link !== undefined),
  );
  return namespaceTraits({ namespaces: known, interfaces: parseNetDev(netDev) }, node);
}

function uidOf(pod: Pod): string {
  return pod.metadata.uid ?? '';
}

async function tolerant(
  ask: () => Promise<readonly Trait[]>,
  notes: string[],
  what: string,
): Promise<readonly Trait[]> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof CannotTell)) throw error;
    notes.push(`${what} could not be read: ${error.message}`);
    return [];
  }
}

async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof CannotTell) return null;
    throw error;
  }
}
