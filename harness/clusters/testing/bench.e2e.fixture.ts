import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClusterSpec } from '../../core/cluster.ts';
import { describeResult } from '../../core/command.ts';
import { imageSource } from '../../compose/image-source.ts';
import { resolvePlaces } from '../../config/places.ts';
import { connectDocker } from '../../docker/connect.ts';
import type { ContainerState, DockerEngine } from '../../docker/engine-port.ts';
import { connect } from '../../kube/client.ts';
import { local } from '../../shell/local.ts';
import { e2eSetting, within } from '../../testing/e2e-settings.ts';
import { recordedNames } from '../cluster-record.ts';
import type { KeepingProvider, ProviderDeps } from '../deps.ts';
import { makeProviders, type ProviderName } from '../registry.ts';

/** A provider on a real engine. */
export interface ProviderBench extends AsyncDisposable {
  readonly provider: KeepingProvider;
  readonly docker: DockerEngine;
  readonly workload: string;
  readonly cacheDir: string;
  /** A folder for the test's own files. */
  readonly scratch: string;
  /** Names that the provider has to propose next, before it is free to make up its own. */
  readonly names: string[];
  /** What is asked for, with the node image of the end-to-end tests where the provider takes one. */
  spec(nodes: number): ClusterSpec;
  /** Every container, volume, network and recorded cluster, to compare before and after. */
  things(): Promise<readonly string[]>;
  /** The containers of a cluster, those beside its nodes too. */
  containersOf(cluster: string): Promise<readonly ContainerState[]>;
  /** A command of the docker command line, as somebody else would give it. @returns what it printed */
  cli(...args: string[]): Promise<string>;
}

export async function openBench(id: ProviderName): Promise<ProviderBench> {
  const endpoint = e2eSetting('PODPROOF_E2E_ENGINE');
  const cacheDir = e2eSetting('PODPROOF_E2E_CACHE');
  const docker = await connectDocker({ endpoint, env: {} });
  const scratch = await mkdtemp(join(tmpdir(), 'podproof-provider-e2e-'));
  const names: string[] = [];
  const deps = { ...depsOn(endpoint, cacheDir), docker, newName: () => names.shift() };
  const provider = makeProviders(deps)[id];
  return {
    provider,
    docker,
    workload: e2eSetting('PODPROOF_E2E_WORKLOAD'),
    cacheDir,
    scratch,
    names,
    // The image of the tests is one for kind.
    spec: (nodes) => (id === 'kind' ? { nodes, image: e2eSetting('PODPROOF_E2E_NODE_IMAGE') } : { nodes }),
    things: () => thingsIn(docker, cacheDir),
    containersOf: (cluster) => containersOf(cluster, docker),
    cli: (...args) => cli(endpoint, args),
    async [Symbol.asyncDispose]() {
      for (const { name, owner } of await provider.list()) {
        if (owner === 'this process') await provider.destroy(name, within(60));
      }
      docker.close();
      await rm(scratch, { recursive: true, force: true });
    },
  };
}

function depsOn(endpoint: string, cacheDir: string): Omit<ProviderDeps, 'docker' | 'newName'> {
  const dockerCli = e2eSetting('PODPROOF_E2E_DOCKER_CLI');
  const engine = { endpoint, dockerCli, env: { DOCKER_HOST: endpoint } };
  // oxlint-disable-next-line node/no-process-env -- programs are looked for on the real PATH
  const environment = process.env;
  return {
    engine,
    shell: local(),
    cacheDir,
    environment,
    images: imageSource(engine, resolvePlaces(environment), { emit: () => undefined }),
    connectKube: (kubeconfig) => connect({ kubeconfig }),
  };
}

async function thingsIn(docker: DockerEngine, cacheDir: string): Promise<readonly string[]> {
  const deadline = within(30);
  const [containers, volumes, networks, names] = await Promise.all([
    docker.containers.list({}, deadline),
    docker.volumes(deadline),
    docker.networks.list(deadline),
    recordedNames(cacheDir),
  ]);
  const named = [...containers, ...networks].map(({ name }) => name);
  return [...named, ...volumes, ...names].toSorted();
}

/** By name, not by label: a container without its label is what must be noticed. */
async function containersOf(cluster: string, docker: DockerEngine): Promise<readonly ContainerState[]> {
  const deadline = within(30);
  const listed = await docker.containers.list({}, deadline);
  const ours = listed.filter(({ name }) => name.startsWith(cluster));
  const states = await Promise.all(ours.map(({ id }) => docker.containers.inspect(id, deadline)));
  return states.filter((state) => state !== undefined);
}

async function cli(endpoint: string, args: readonly string[]): Promise<string> {
  const argv = [e2eSetting('PODPROOF_E2E_DOCKER_CLI'), ...args] as const;
  const result = await local().run(argv, { deadline: within(30), env: { DOCKER_HOST: endpoint } });
  if (result.kind === 'exited' && result.exitCode === 0) return result.stdout;
  throw new Error(`docker ${args.join(' ')}: ${describeResult(result)}`);
}
