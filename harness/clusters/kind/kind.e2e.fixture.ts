import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Deadline } from '../../core/deadline.ts';
import { done, pending, poll } from '../../core/poll.ts';
import { connectDocker } from '../../docker/connect.ts';
import type { DockerEngine } from '../../docker/engine-port.ts';
import { connect } from '../../kube/client.ts';
import { local } from '../../shell/local.ts';
import { e2eSetting, within } from '../../testing/e2e-settings.ts';
import { recordedNames } from '../cluster-record.ts';
import type { KeepingProvider } from '../deps.ts';
import { kindProvider } from './provider.ts';

/** The provider on a real engine. */
export interface KindBench extends AsyncDisposable {
  readonly kind: KeepingProvider;
  readonly image: string;
  readonly workload: string;
  readonly cacheDir: string;
  /** A folder for the test's own files. */
  readonly scratch: string;
  /** Every container, volume, network and recorded cluster, to compare before and after. */
  things(): Promise<readonly string[]>;
  /** What `docker inspect` says. */
  inspect(container: string): Promise<{ readonly HostConfig: { readonly PortBindings?: object | null } }>;
  /** Kills the container for good as soon as it runs. */
  killWhenThere(container: string): Promise<void>;
}

export async function openKindBench(): Promise<KindBench> {
  const endpoint = e2eSetting('PODPROOF_E2E_ENGINE');
  const dockerCli = e2eSetting('PODPROOF_E2E_DOCKER_CLI');
  const cacheDir = e2eSetting('PODPROOF_E2E_CACHE');
  const workload = e2eSetting('PODPROOF_E2E_WORKLOAD');
  const image = e2eSetting('PODPROOF_E2E_NODE_IMAGE');
  const docker = await connectDocker({ endpoint, env: {} });
  const scratch = await mkdtemp(join(tmpdir(), 'podproof-kind-e2e-'));
  const kind = kindProvider({
    docker,
    engine: { endpoint, dockerCli, env: { DOCKER_HOST: endpoint } },
    shell: local(),
    cacheDir,
    // oxlint-disable-next-line node/no-process-env -- kind is looked for on the real PATH
    environment: process.env,
    images: {
      ensureImages: () => Promise.resolve({ node: image, workload }),
      ensureMinikube: () => Promise.reject(new Error('kind does not need this')),
      ensureWorkload: () => Promise.resolve(workload),
      ensureRegistry: () => Promise.resolve(),
      registry: 'localhost/podproof/registry:v1',
    },
    connectKube: (kubeconfig) => connect({ kubeconfig }),
  });
  return {
    kind,
    image,
    workload,
    cacheDir,
    scratch,
    things: () => thingsIn(docker, cacheDir),
    inspect: async (container) => {
      const argv = [dockerCli, 'inspect', '--format', '{{json .}}', container] as const;
      const env = { DOCKER_HOST: endpoint };
      return JSON.parse((await local().run(argv, { deadline: within(30), env })).stdout) as Awaited<
        ReturnType<KindBench['inspect']>
      >;
    },
    killWhenThere: (container) => killWhenThere(container, docker, dockerCli),
    async [Symbol.asyncDispose]() {
      for (const { name, owner } of await kind.list()) {
        if (owner === 'this process') await kind.destroy(name, within(60));
      }
      docker.close();
      await rm(scratch, { recursive: true, force: true });
    },
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

async function killWhenThere(container: string, docker: DockerEngine, dockerCli: string): Promise<void> {
  const deadline = Deadline.in(120_000, `${container} to run`);
  await poll(
    async () => {
      const state = await docker.containers.inspect(container, deadline);
      return state?.running === true ? done(undefined) : pending('not there');
    },
    { deadline },
  );
  // Without the first command the engine would start it again, once.
  for (const argv of [['update', '--restart=no'], ['kill']]) {
    await local().run([dockerCli, ...argv, container], {
      deadline,
      env: { DOCKER_HOST: docker.endpoint },
    });
  }
}
