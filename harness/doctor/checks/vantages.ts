import { CLUSTER_LABEL, KIND_NETWORK, ROLE_LABEL } from '../../clusters/kind/labels.ts';
import { CREATED_LABEL, NAME_LABEL } from '../../clusters/minikube/labels.ts';
import type { Deadline } from '../../core/deadline.ts';
import type { DockerEngine } from '../../docker/engine-port.ts';
import type { Check } from '../check.ts';
import { askingEngine, info, ok, skipped } from '../findings.ts';

const TRIED = 'opened a connection from here to the API server at the address of a node';

export const vantages: Check = {
  id: 'D25',
  title: 'Ways to a node',
  moment: 'doctor',
  about: {
    looks:
      'Where a cluster of podproof is there: whether this machine reaches a node by its address, as the article does it. podproof itself asks from inside nodes and from a container on their network, which works everywhere.',
    matters:
      'On macOS, Windows and WSL2 nodes are in a virtual machine: the `curl` to a node of the article times out there.',
    levels: {
      info: 'Nodes cannot be reached by their address; commands by hand need `docker exec NODE curl …`.',
    },
    fix: ['Nothing to do for podproof. By hand: `docker exec podproof-…-worker curl …`.'],
    links: ['https://kind.sigs.k8s.io/docs/user/loadbalancer/'],
  },
  look: askingEngine(TRIED, async ({ docker }, { connects }, deadline) => {
    const ours = await controlPlaneOf(docker, deadline);
    const node = ours && (await docker.containers.inspect(ours.id, deadline));
    const address = ours && node?.addresses[ours.network];
    if (node === undefined || address === undefined || address === '') {
      return skipped(TRIED, 'no cluster to try it with');
    }
    return ours !== undefined && (await connects(address, ours.port, deadline))
      ? ok(TRIED, `${node.name} answers at ${address}; by exec and from a container it works everywhere`)
      : info(
          TRIED,
          `${node.name} does not answer at ${address}; podproof asks from inside and from a container`,
        );
  }),
};

interface ControlPlane {
  readonly id: string;
  /** Of the engine. */
  readonly network: string;
  /** Of the API server. */
  readonly port: number;
}

/** Of any cluster of podproof that is there. */
async function controlPlaneOf(docker: DockerEngine, deadline: Deadline): Promise<ControlPlane | undefined> {
  const [ofKind, ofMinikube] = await Promise.all([
    docker.containers.list({ [ROLE_LABEL]: 'control-plane' }, deadline),
    docker.containers.list({ [CREATED_LABEL]: 'true' }, deadline),
  ]);
  const kind = ofKind.find(({ labels }) => labels[CLUSTER_LABEL]?.startsWith('podproof-') === true);
  if (kind !== undefined) return { id: kind.id, network: KIND_NETWORK, port: 6443 };
  const minikube = ofMinikube.find(({ labels }) => /^podproof-[0-9a-f]{6}$/.test(labels[NAME_LABEL] ?? ''));
  return minikube && { id: minikube.id, network: minikube.name, port: 8443 };
}
