import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Deadline } from '../core/deadline.ts';
import { done, pending, poll } from '../core/poll.ts';
import type { FaultBench } from './bench.ts';

const run = promisify(execFile);

/** Asks or changes the engine of the suite, as a person with a docker command would. @throws when docker fails */
export async function docker(bench: FaultBench, ...args: readonly string[]): Promise<string> {
  const engine = join(bench.cache, 'engine');
  const packages = (await readdir(engine)).find((name) => name.startsWith('packages-')) ?? '';
  const env = { DOCKER_HOST: `unix://${join(engine, 'docker.sock')}`, PATH: process.env['PATH'] ?? '' };
  const { stdout } = await run(join(engine, packages, 'cli/docker'), args, { env, timeout: 60_000 });
  return stdout.trim();
}

/** The newest cluster. @throws Error when there is none */
export async function theCluster(bench: FaultBench): Promise<string> {
  const clusters = join(bench.cache, 'clusters');
  const made = await Promise.all(
    (await readdir(clusters)).map(async (name) => {
      const record = await readFile(join(clusters, name, 'record.json'), 'utf8').catch(() => '');
      return { name, at: /"createdAt": "([^"]+)"/.exec(record)?.[1] ?? '' };
    }),
  );
  const newest = made.toSorted((one, other) => other.at.localeCompare(one.at))[0];
  if (newest === undefined) throw new Error('there is no cluster');
  return newest.name;
}

/** Its control plane; every cluster of the suite has this one node. */
export async function theNode(bench: FaultBench): Promise<string> {
  return `${await theCluster(bench)}-control-plane`;
}

/** Runs a command on the node. @throws when it fails */
export async function onNode(bench: FaultBench, ...argv: readonly string[]): Promise<string> {
  return docker(bench, 'exec', await theNode(bench), ...argv);
}

/** kubectl with the rights of the control plane. @throws when it fails */
export function kubectl(bench: FaultBench, ...args: readonly string[]): Promise<string> {
  return onNode(bench, 'kubectl', '--kubeconfig', '/etc/kubernetes/admin.conf', ...args);
}

/**
 * The processes on the node, in pods or not, whose command line has these words.
 *
 * @throws when the node cannot be asked: that nothing was found must not mean that nobody looked
 */
export async function processesOnNode(bench: FaultBench, words: string): Promise<readonly string[]> {
  // Written so that the pattern does not find its own process; pgrep ends with 1 when there is none.
  const pattern = `[${words.slice(0, 1)}]${words.slice(1)}`;
  const found = await onNode(bench, 'sh', '-c', 'pgrep -f "$0" || [ $? = 1 ]', pattern);
  return found.split('\n').filter((line) => line !== '');
}

/** Waits until a process runs on the node, in a pod or not, whose command line has these words. */
export async function untilOnNode(bench: FaultBench, words: string, withinMs = 120_000): Promise<void> {
  await poll(
    async () => {
      const found = await processesOnNode(bench, words).catch(() => []);
      return found.length === 0 ? pending('it does not run') : done(true);
    },
    { deadline: Deadline.in(withinMs, `"${words}" to run on the node`), pauseMs: 100, maxPauseMs: 200 },
  );
}
