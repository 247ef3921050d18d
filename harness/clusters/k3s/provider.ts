import { writeFile } from 'node:fs/promises';
import type { Deadline } from '../../core/deadline.ts';
import { HELPER_LABEL } from '../../docker/helper-container.ts';
import { startK3s } from '../../docker/k3s-container.ts';
import type { ProviderDeps } from '../deps.ts';
import { containerProvider, type ContainerProvider } from '../lifecycle/container-provider.ts';
import type { Making, NodeMaker } from '../lifecycle/node-maker.ts';
import { K3S_LABEL, nodeNames } from './labels.ts';
import { loadImage } from './load-image.ts';
import { planCluster, type K3sPlan } from './plan.ts';

/** Of our k3s-like image, one file each. k3s itself is one process, whose words are the container's log. */
const COMPONENTS = [
  ...['kubelet', 'containerd', 'kube-apiserver', 'kube-controller-manager'],
  ...['kube-scheduler', 'kube-proxy', 'etcd'],
];

/**
 * Clusters of one node from the k3s module of testcontainers, in the given engine. Each has a network of its own.
 *
 * @example const k3s = k3sProvider(deps); const cluster = await k3s.create({ nodes: 1 }, { deadline, progress })
 */
export function k3sProvider(deps: ProviderDeps): ContainerProvider {
  return containerProvider(k3sMaker(deps), deps);
}

function k3sMaker(deps: ProviderDeps): NodeMaker<K3sPlan> {
  const { docker } = deps;
  return {
    id: 'k3s',
    estimateMs: 30_000,
    plan: (spec, options) => planCluster(spec, options, deps),
    bringUp: (making) => bringUp(making, deps),
    nodes: (cluster, deadline) => docker.containers.list({ [K3S_LABEL]: cluster }, deadline),
    loadImage: (load) => loadImage(load, deps),
    networkOf: (cluster) => cluster,
    nodeNames,
    // testcontainers starts no process on this machine.
    killOrphans: () => Promise.resolve(),
    removeRest: (cluster, deadline) => removeNetwork(cluster, deadline, deps),
    isControlPlane: () => true,
    componentLogs: COMPONENTS.map((name) => ({
      file: `${name}.log`,
      argv: ['tail', '-n', '1500', `/var/log/podproof/${name}.log`],
    })),
    kubectl: ['kubectl', '--kubeconfig', '/etc/rancher/k3s/k3s.yaml'],
  };
}

async function bringUp(
  { name, folder, plan, options, step }: Making<K3sPlan>,
  { docker, engine }: ProviderDeps,
): Promise<void> {
  const { deadline } = options;
  await docker.networks.create(name, { [HELPER_LABEL]: name }, deadline);
  const [node] = nodeNames(name);
  const kubeconfig = await startK3s({
    docker,
    env: engine.env,
    image: plan.image,
    name: node,
    network: name,
    command: plan.command,
    labels: { [K3S_LABEL]: name },
    deadline,
    onLine: (line) => step.update(line.slice(0, 80)),
  });
  await writeFile(folder.kubeconfig, kubeconfig, { mode: 0o600 });
}

async function removeNetwork(
  cluster: string,
  deadline: Deadline,
  { docker }: Pick<ProviderDeps, 'docker'>,
): Promise<void> {
  const network = await docker.networks.inspect(cluster, deadline);
  if (network !== undefined) await docker.networks.remove(network.id, deadline);
}
