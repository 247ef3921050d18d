import type { KeepFile } from '../../core/cluster.ts';
import { describeResult, formatArgv, type CommandRunner } from '../../core/command.ts';
import { Deadline } from '../../core/deadline.ts';
import { describeError } from '../../core/errors.ts';
import { createTurnstile } from '../../core/turnstile.ts';
import type { ContainerSummary, DockerEngine } from '../../docker/engine-port.ts';
import type { NodeMaker, TextSource } from '../lifecycle/node-maker.ts';

export interface Diagnosis {
  readonly name: string;
  readonly keep: KeepFile;
  readonly deadline: Deadline;
}

/** Bytes of one log of a container. */
const LOG_BYTES = 256 * 1024;
const LOGS_PER_NODE = 60;
const COMMAND_MS = 12_000;
/** A node answers three commands at a time; more would only wait there with their time running. */
const AT_ONCE = 3;

/** Asked on one control plane; what says most comes first, since time may run out. */
function clusterSources(kubectl: NodeMaker['kubectl']): readonly TextSource[] {
  const command = [...kubectl, '--request-timeout=8s'] as const;
  return [
    { file: 'cluster/pods.txt', argv: [...command, 'get', 'nodes,pods', '-A', '-o', 'wide'] },
    { file: 'cluster/events.txt', argv: [...command, 'get', 'events', '-A', '--sort-by=.lastTimestamp'] },
    { file: 'cluster/pods.yaml', argv: [...command, 'get', 'pods', '-A', '-o', 'yaml'] },
    { file: 'cluster/nodes.txt', argv: [...command, 'describe', 'nodes'] },
  ];
}

/** Where systemd runs the components. */
const JOURNALS: readonly TextSource[] = [
  { file: 'kubelet.log', argv: ['journalctl', '-u', 'kubelet', '--no-pager', '-n', '1500'] },
  { file: 'containerd.log', argv: ['journalctl', '-u', 'containerd', '--no-pager', '-n', '800'] },
];

const NODE_SOURCES: readonly TextSource[] = [
  { file: 'tasks.txt', argv: ['ctr', '-n', 'k8s.io', 'tasks', 'ls'] },
  { file: 'memory.txt', argv: ['cat', '/proc/loadavg', '/proc/meminfo'] },
  { file: 'disk.txt', argv: ['df', '-h', '/', '/var', '/tmp', '/run'] },
];

/**
 * Asks the nodes what a person needs to understand a broken cluster. It reads texts through commands and chooses all
 * names of files itself, instead of unpacking an archive that a node made: a privileged pod owns the node and could
 * put any path into that. It works on nodes that stopped (the engine has their log) and on a control plane that does
 * not answer (its containers have logs on the node). What cannot be read is said in its place.
 */
export async function diagnoseNodes(
  { name, keep, deadline }: Diagnosis,
  maker: Pick<NodeMaker, 'nodes' | 'isControlPlane' | 'kubectl' | 'componentLogs'>,
  { docker }: { readonly docker: DockerEngine },
): Promise<void> {
  try {
    const nodes = await maker.nodes(name, deadline);
    if (nodes.length === 0) keep('cluster/nodes.txt', `There is no container of ${name}.`);
    const controlPlane = nodes.find(maker.isControlPlane);
    const sources = [...(maker.componentLogs ?? JOURNALS), ...NODE_SOURCES];
    await Promise.all([
      ...nodes.map((node) => diagnoseNode(node, { sources, keep, deadline }, docker)),
      ...(controlPlane === undefined
        ? []
        : [
            readAll(
              clusterSources(maker.kubectl),
              docker.runner(controlPlane.name, `node ${controlPlane.name}`),
              {
                keep,
                deadline,
              },
            ),
          ]),
    ]);
  } catch (error) {
    keep('cluster/not-asked.txt', `The engine did not list the nodes of ${name}: ${describeError(error)}`);
  }
}

type Asking = Pick<Diagnosis, 'keep' | 'deadline'>;

async function diagnoseNode(
  node: ContainerSummary,
  { sources, keep, deadline }: Asking & { readonly sources: readonly TextSource[] },
  docker: DockerEngine,
): Promise<void> {
  const inFolder: KeepFile = (file, text) => keep(`nodes/${node.name}/${file}`, text);
  const state = await docker.containers.inspect(node.id, deadline).catch(describeError);
  inFolder('container.json', JSON.stringify(state ?? 'gone', undefined, 2));
  inFolder('container.log', await docker.containers.logTail(node.id, 300, deadline).catch(describeError));
  if (typeof state === 'string' || state?.running !== true || state.paused) return;
  const runner = docker.runner(node.name, `node ${node.name}`);
  const asking = { keep: inFolder, deadline };
  await readAll(sources, runner, asking);
  await readAll(await podLogs(runner, deadline), runner, asking);
}

/** The logs of all containers on the node, those of the control plane first. They are there when containerd is not. */
async function podLogs(runner: CommandRunner, deadline: Deadline): Promise<readonly TextSource[]> {
  const listing = await runner.run(['find', '/var/log/pods', '-type', 'f', '-name', '*.log'], {
    deadline: Deadline.in(COMMAND_MS, 'the list of logs', deadline.signal),
  });
  return listing.stdout
    .split('\n')
    .filter((path) => /^\/var\/log\/pods\/(?!.*\.\.)/.test(path))
    .toSorted((one, other) => rank(one) - rank(other))
    .slice(0, LOGS_PER_NODE)
    .map((path) => ({
      file: `pods/${logName(path)}`,
      argv: ['tail', '-c', String(LOG_BYTES), '--', path],
    }));
}

/** @example logName('/var/log/pods/demo_web_1f0c…/main/0.log') // 'demo_web_main_0.log' */
function logName(path: string): string {
  const [pod = '', ...rest] = path.slice('/var/log/pods/'.length).split('/');
  return [...pod.split('_').slice(0, 2), ...rest].join('_');
}

function rank(path: string): number {
  return path.startsWith('/var/log/pods/kube-system_kube-') ? 0 : 1;
}

async function readAll(sources: readonly TextSource[], runner: CommandRunner, asking: Asking): Promise<void> {
  const { keep, deadline } = asking;
  const turnstile = createTurnstile(AT_ONCE);
  await Promise.all(
    sources.map(({ file, argv }) =>
      turnstile(async () => keep(file, await read(runner, argv, deadline)), deadline.signal).catch(
        (error: unknown) => keep(file, `[podproof: not asked: ${describeError(error)}]\n`),
      ),
    ),
  );
}

async function read(
  runner: CommandRunner,
  argv: readonly [string, ...string[]],
  deadline: Deadline,
): Promise<string> {
  const result = await runner.run(argv, { deadline: Deadline.in(COMMAND_MS, 'a log', deadline.signal) });
  if (result.kind === 'exited' && result.exitCode === 0) return result.stdout;
  return `${result.stdout}\n[podproof: ${formatArgv(argv)}: ${describeResult(result)}]\n`;
}
