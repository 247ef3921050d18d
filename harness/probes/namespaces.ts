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

/**
 * The kinds of namespaces that a process of the node shares with the node's PID 1, such as `['net', 'uts']`: for a
 * process outside pods all of them.
 *
 * @param pid as the node numbers it
 * @throws CannotTell when the process does not exist, or one of the two shows a kind that the other does not
 */
export async function sharedWithNode(
  { runner, name }: NodeUnderTest,
  pid: number,
): Promise<readonly string[]> {
  const listing = await read(runner, ['ls', '-l', folderOf(pid), folderOf(1)]);
  const [own, node] = [parseNamespaces(listing, pid), parseNamespaces(listing, 1)];
  const kinds = Object.keys(node);
  if (Object.keys(own).join() !== kinds.join())
    throw new CannotTell(`process ${String(pid)} and PID 1 of ${name} show different kinds of namespaces`);
  return kinds.filter((kind) => own[kind] === node[kind]);
}

/** Reads the part about one process of what `ls -l /proc/1/ns /proc/404/ns` prints. @throws CannotTell */
export function parseNamespaces(listing: string, pid: number): Readonly<Record<string, string>> {
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
