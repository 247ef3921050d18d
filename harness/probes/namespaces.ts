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

/** @throws CannotTell when the text is not a namespace link of that kind */
export function parseNamespace(kind: NamespaceKind, text: string): string {
  const link = text.trim();
  if (!new RegExp(`^${kind}:\\[\\d+\\]$`).test(link))
    throw new CannotTell(`not a ${kind} namespace: ${JSON.stringify(link.slice(0, 80))}`);
  return link;
}
