import { stripVTControlCharacters } from 'node:util';
import type { Deadline } from '../../core/deadline.ts';
import { describeError } from '../../core/errors.ts';
import type { ContainerSummary, DockerEngine } from '../../docker/engine-port.ts';

/** The containers of the nodes, whatever their state. */
export type ListNodes = (deadline: Deadline) => Promise<readonly ContainerSummary[]>;

/**
 * Why a cluster did not come up, as far as its nodes can tell: the last words of those that stopped (one that the
 * engine started again counts too: kind asks for that, once), and the complaints of the kubelet on those that run.
 * Best effort: it only explains another failure.
 */
export async function lastWords(list: ListNodes, deadline: Deadline, docker: DockerEngine): Promise<string> {
  try {
    const nodes = await list(deadline);
    const words = await Promise.all(nodes.map((node) => wordsOf(node, deadline, docker)));
    return words.filter((text) => text !== '').join('\n');
  } catch (error) {
    return `(the nodes could not be asked: ${describeError(error)})`;
  }
}

async function wordsOf(node: ContainerSummary, deadline: Deadline, docker: DockerEngine): Promise<string> {
  const state = await docker.containers.inspect(node.id, deadline);
  if (state === undefined) return '';
  if (!state.running || state.restarts > 0) {
    const log = await docker.containers.logTail(node.id, 40, deadline);
    return `${node.name} stopped. It wrote last:\n${lastLines(log)}`;
  }
  const journal = await docker
    .runner(node.id, `node ${node.name}`)
    .run(['journalctl', '-u', 'kubelet', '-n', '300', '--no-pager', '-o', 'cat'], { deadline });
  const complaints = kubeletComplaints(journal.stdout);
  return complaints === '' ? '' : `The kubelet of ${node.name} complains:\n${complaints}`;
}

/**
 * The end of a node's log as plain text: systemd colours its boot messages. Complaints come before the rest, because
 * a node that was started again goes on with a boot that looks healthy.
 */
export function lastLines(log: string): string {
  const lines = stripVTControlCharacters(log)
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const complaints = lines.filter((line) => /fail|error|too many|cannot|denied|freezing/i.test(line));
  return [...new Set([...complaints.slice(-6), ...lines.slice(-4)])].join('\n');
}

/** klog starts errors with E and fatal ones with F; the kubelet's last words before it gives up have no prefix. */
export function kubeletComplaints(journal: string): string {
  const lines = journal
    .split('\n')
    .filter((line) => /^[EF]\d{4} |too many open files|no space left/i.test(line));
  const bare = lines.map((line) => line.replace(/^[EF]\d{4} [\d:.]+\s+\d+ /, '').slice(0, 300));
  return [...new Set(bare)].slice(-4).join('\n');
}
