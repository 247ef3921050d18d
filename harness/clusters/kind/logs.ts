import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandRunner } from '../../core/command.ts';
import { describeResult } from '../../core/command.ts';
import { Deadline } from '../../core/deadline.ts';
import type { DockerEngine } from '../../docker/engine-port.ts';
import { CLUSTER_LABEL, ROLE_LABEL } from './labels.ts';

export interface LogRequest {
  readonly name: string;
  readonly folder: string;
  readonly deadline: Deadline;
}

/** No file is longer than this, and all of a cluster together no longer than the total. */
const FILE_BYTES = 256 * 1024;
const TOTAL_BYTES = 20 * 1024 * 1024;
const FILES_PER_NODE = 60;
const COMMAND_MS = 10_000;

interface Source {
  readonly file: string;
  readonly argv: readonly [string, ...string[]];
}

const NODE_SOURCES: readonly Source[] = [
  { file: 'kubelet.log', argv: ['journalctl', '-u', 'kubelet', '--no-pager', '-n', '1500'] },
  { file: 'containerd.log', argv: ['journalctl', '-u', 'containerd', '--no-pager', '-n', '800'] },
];

const KUBECTL = ['kubectl', '--kubeconfig', '/etc/kubernetes/admin.conf', '--request-timeout=8s'] as const;

const CLUSTER_SOURCES: readonly Source[] = [
  { file: 'nodes.txt', argv: [...KUBECTL, 'get', 'nodes', '-o', 'wide'] },
  { file: 'pods.txt', argv: [...KUBECTL, 'get', 'pods', '-A', '-o', 'wide'] },
  { file: 'events.txt', argv: [...KUBECTL, 'get', 'events', '-A', '--sort-by=.lastTimestamp'] },
];

/**
 * Writes what a person needs to understand a broken cluster: one folder per node. It reads texts through commands in
 * the node and chooses all file names itself, instead of unpacking an archive that the node made: a privileged pod
 * owns the node and could put any path into that. What cannot be read is said in the file.
 */
export async function collectKindLogs(
  { name, folder, deadline }: LogRequest,
  { docker }: { readonly docker: DockerEngine },
): Promise<void> {
  const listed = await docker.containers.list({ [CLUSTER_LABEL]: name }, deadline).catch(() => []);
  const budget = { left: TOTAL_BYTES };
  await Promise.all(
    listed.map(async (container) => {
      const target = join(folder, safeName(container.name));
      await mkdir(target, { recursive: true, mode: 0o700 });
      const engineLog = await docker.containers
        .logTail(container.id, 300, Deadline.in(COMMAND_MS, 'the log of the container', deadline.signal))
        .catch(() => '');
      await save(join(target, 'container.log'), engineLog, budget);
      const runner = docker.runner(container.name, `node ${container.name}`);
      const isControlPlane = container.labels[ROLE_LABEL] === 'control-plane';
      const sources = [
        ...NODE_SOURCES,
        ...(isControlPlane ? CLUSTER_SOURCES : []),
        ...(await podLogs(runner, deadline)),
      ];
      for (const source of sources) {
        if (deadline.signal.aborted || budget.left <= 0) return;
        await save(join(target, source.file), await read(runner, source.argv, deadline), budget);
      }
    }),
  );
}

/** The newest log of every container on the node. */
async function podLogs(runner: CommandRunner, deadline: Deadline): Promise<readonly Source[]> {
  const listing = await runner.run(['find', '/var/log/pods', '-type', 'f', '-name', '*.log'], {
    deadline: Deadline.in(COMMAND_MS, 'the list of logs', deadline.signal),
  });
  return listing.stdout
    .split('\n')
    .filter((path) => path.startsWith('/var/log/pods/'))
    .slice(0, FILES_PER_NODE)
    .map((path) => ({
      file: `pod-${safeName(path.slice('/var/log/pods/'.length))}`,
      argv: ['tail', '-c', String(FILE_BYTES), '--', path],
    }));
}

async function read(
  runner: CommandRunner,
  argv: readonly [string, ...string[]],
  deadline: Deadline,
): Promise<string> {
  const result = await runner.run(argv, { deadline: Deadline.in(COMMAND_MS, 'a log', deadline.signal) });
  if (result.kind === 'exited' && result.exitCode === 0) return result.stdout;
  return `${result.stdout}\n[podproof: ${argv.join(' ')}: ${describeResult(result)}]\n`;
}

async function save(path: string, text: string, budget: { left: number }): Promise<void> {
  // The end of a log is the interesting part.
  const bytes = Buffer.from(text).subarray(-Math.min(FILE_BYTES, Math.max(0, budget.left)));
  if (bytes.length === 0 || budget.left <= 0) return;
  budget.left -= bytes.length;
  await writeFile(path, bytes, { mode: 0o600, flag: 'wx' }).catch(() => undefined);
}

/** Only letters, digits, dot, dash and underscore, never hidden, never longer than a file name may be. */
function safeName(name: string): string {
  return name
    .replace(/[^\w.-]+/g, '_')
    .replace(/^\.+/, '_')
    .slice(-180);
}
