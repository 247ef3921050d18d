import { describeResult, type CommandRunner } from '../../core/command.ts';
import type { ForeignObject } from '../../core/submission.ts';
import { CannotTell } from '../../core/under-test.ts';
import { ask } from '../../probes/answer.ts';
import { isRecord, recordAt, recordsAt, textAt } from '../shape.ts';
import type { ContainerFacts } from './container-facts.ts';
import { mountAt } from './mounts.ts';

/** A piece of the node's file system that a container has. */
export interface HostMount {
  readonly volume: string;
  /** On the node, with the mount's subPath. */
  readonly hostPath: string;
  /** In the container. */
  readonly mountPath: string;
  readonly readOnly: boolean;
}

/** What lies at a path of the node. Looked at with stat; nothing is opened. */
export interface HostFile {
  readonly type: string;
  readonly uid: number;
  readonly gid: number;
  /** Permission bits, octal as people write them: `755`. */
  readonly mode: string;
}

export interface Access {
  readonly read: boolean;
  readonly write: boolean;
  /**
   * `computed` is worked out from owner, mode, capabilities and mount options, all read from the node; `tried` also
   * created and removed a file there, in the container and as its user.
   */
  readonly how: 'computed' | 'tried';
}

export interface HostPathFacts extends HostMount {
  readonly file: HostFile | null;
  readonly access: Access | null;
}

/** The mounts of a container that lead to the node. */
export function hostMountsOf(pod: ForeignObject, container: string): readonly HostMount[] {
  const spec = recordAt(pod, 'spec');
  const paths = new Map(
    recordsAt(spec, 'volumes').flatMap((volume) => {
      const path = textAt(volume['hostPath'], 'path');
      return isRecord(volume['hostPath']) && path !== undefined ? [[textAt(volume, 'name') ?? '', path]] : [];
    }),
  );
  const own = [...recordsAt(spec, 'initContainers'), ...recordsAt(spec, 'containers')].find(
    ({ name }) => name === container,
  );
  return recordsAt(own, 'volumeMounts').flatMap((mount): HostMount[] => {
    const volume = textAt(mount, 'name') ?? '';
    const path = paths.get(volume);
    if (path === undefined) return [];
    const subPath = textAt(mount, 'subPath');
    return [
      {
        volume,
        hostPath: subPath === undefined ? path : `${path.replace(/\/$/, '')}/${subPath}`,
        mountPath: textAt(mount, 'mountPath') ?? '',
        readOnly: mount['readOnly'] === true,
      },
    ];
  });
}

/** What lies at a path of the node, links followed. @returns null when there is nothing or it cannot be told */
export async function hostFile(node: CommandRunner, path: string): Promise<HostFile | null> {
  if (!path.startsWith('/')) return null;
  const { stdout } = await ask(node, ['stat', '-L', '-c', '%F,%u,%g,%a', '--', path]);
  const [, type, uid, gid, mode] = /^([\w ]+),(\d+),(\d+),([0-7]+)$/m.exec(stdout) ?? [];
  if (type === undefined || mode === undefined) return null;
  return { type, uid: Number(uid), gid: Number(gid), mode };
}

/**
 * Directories of the node where not even an empty file of ours is created: they steer the node, hold its secrets or
 * those of its pods, or are no real file systems. Everything that is not plainly a place for data counts.
 */
const DATA_PLACES = /^\/(?:tmp|var\/tmp|mnt|srv|data|opt|home|media)\/[^/]/;

export function mayWriteInto(mount: HostMount, file: HostFile | null): boolean {
  return (
    !mount.readOnly &&
    file?.type === 'directory' &&
    DATA_PLACES.test(mount.hostPath) &&
    !mount.hostPath.includes('..')
  );
}

/** Creates a file that did not exist before and removes it again; `$1` is its name, the folders follow. */
const TRY_SCRIPT = [
  'n=$1; shift;',
  'for p do',
  '  if (set -C; : >"$p/$n") 2>/dev/null; then rm -f "$p/$n" && echo "try yes" || echo "try left"; else echo "try no"; fi;',
  'done',
].join(' ');

/** How creating a file went. `left`: it could not be removed again. */
export type Attempt = 'yes' | 'no' | 'left';

/**
 * Creates and removes a file in folders of a container, as its own user. Exclusive creation under a random name: no
 * file that exists is touched, no link is followed.
 *
 * @throws CannotTell when the container has no shell, or answers something else
 */
export async function tryToWrite(
  runner: CommandRunner,
  folders: readonly string[],
  nonce: string,
): Promise<readonly Attempt[]> {
  const result = await ask(runner, ['sh', '-c', TRY_SCRIPT, 'podproof', `.podproof-${nonce}`, ...folders]);
  const answers = [...result.stdout.matchAll(/^try (yes|no|left)$/gm)].map(([, answer]) => answer);
  if (answers.length !== folders.length)
    throw new CannotTell(`the container did not say what it may do: ${describeResult(result)}`);
  return answers.map((answer) => (answer === 'yes' ? 'yes' : answer === 'left' ? 'left' : 'no'));
}

/**
 * What the kernel's rule of owner, group and others allows, with the capabilities that stand above it and the options
 * of the mount. The ids are those inside the pod: where a pod has a user namespace, mounted volumes keep their owners
 * (idmapped mounts). Access lists, SELinux and AppArmor are not looked at.
 */
export function computeAccess(file: HostFile, mount: HostMount, facts: ContainerFacts): Access {
  const { uid, gid, groups } = facts.inPod;
  const bits = Number.parseInt(file.mode, 8);
  const isMember = gid === file.gid || groups.includes(file.gid);
  const own = uid === file.uid ? bits >> 6 : isMember ? bits >> 3 : bits;
  const overrides = facts.capEff.includes('DAC_OVERRIDE');
  const read = overrides || facts.capEff.includes('DAC_READ_SEARCH') || (own & 4) !== 0;
  const shown = mountAt(facts.mounts, mount.mountPath.replace(/(.)\/+$/, '$1'));
  const writable = shown?.writable ?? !mount.readOnly;
  return { read, write: writable && (overrides || (own & 2) !== 0), how: 'computed' };
}
