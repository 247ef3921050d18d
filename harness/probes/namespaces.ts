import type { CommandRunner } from '../core/command.ts';
import { CannotTell, type NodeUnderTest } from '../core/under-test.ts';
import { read } from './answer.ts';

/** The Linux namespaces the article speaks of, by their names under /proc/PID/ns. */
export type NamespaceKind = 'net' | 'pid' | 'ipc' | 'mnt' | 'uts' | 'user' | 'cgroup';

/**
 * The identity of the namespace a process is in, such as `net:[4026532301]`. Two processes share the namespace
 * exactly if these are equal (man 7 namespaces). Names of interfaces or hosts can coincide, this cannot.
 *
 * @param pid of the process as the runner sees it
 * @throws CannotTell
 */
export async function namespaceOf(
  runner: CommandRunner,
  kind: NamespaceKind,
  pid: number | 'self' = 'self',
): Promise<string> {
  return parseNamespace(kind, await read(runner, ['readlink', `/proc/${String(pid)}/ns/${kind}`]));
}

/**
 * The node's own namespace: that of its PID 1, read from outside every pod. A root container without
 * CAP_SYS_PTRACE cannot read this itself, even with hostPID; that is why the node is asked.
 *
 * @throws CannotTell
 */
export async function namespaceOfNode(node: NodeUnderTest, kind: NamespaceKind): Promise<string> {
  return namespaceOf(node.runner, kind, 1);
}

/** The namespaces of one process, by kind: `{ net: 'net:[4026532301]', … }`. */
export type Namespaces = Readonly<Record<string, string>>;

/**
 * All namespaces of several processes at one look, in the order asked.
 *
 * @param pids of at least two different processes, as the runner sees them
 * @throws CannotTell when one of them does not exist or may not be looked at
 */
export async function allNamespacesOf(
  runner: CommandRunner,
  pids: readonly [number, number, ...number[]],
): Promise<readonly Namespaces[]> {
  const listing = await read(runner, ['ls', '-l', ...pids.map(folderOf)]);
  return pids.map((pid) => parseNamespaces(listing, pid));
}

/** Reads the part about one process of what `ls -l /proc/1/ns /proc/404/ns` prints. @throws CannotTell */
export function parseNamespaces(listing: string, pid: number): Namespaces {
  const part = listing.split(/\n(?=\/proc\/)/).find((text) => text.startsWith(`${folderOf(pid)}:\n`)) ?? '';
  const links = [...part.matchAll(/ (\w+) -> (\w+:\[\d+\])$/gm)];
  if (links.length === 0) throw new CannotTell(`no namespaces of process ${String(pid)} to be seen`);
  return Object.fromEntries(links.map(([, kind = '', link = '']) => [kind, link]));
}

function folderOf(pid: number): string {
  return `/proc/${String(pid)}/ns`;
}

/** @throws CannotTell when the text is not a namespace link of that kind */
export function parseNamespace(kind: NamespaceKind, text: string): string {
  const link = text.trim();
  if (!new RegExp(`^${kind}:\\[\\d+\\]$`).test(link))
    throw new CannotTell(`not a ${kind} namespace: ${JSON.stringify(link.slice(0, 80))}`);
  return link;
}
