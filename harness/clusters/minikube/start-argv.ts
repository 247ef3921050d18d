import { TASKS_PER_POD } from '../nodes/tasks-per-pod.ts';
import { MINIKUBE } from './ask.ts';

/** A base image of our own, and what minikube cannot know about it. */
export interface OwnBase {
  /** v1.37.2 */
  readonly kubernetesVersion: string;
  /** The manifest of the network plugin whose image is inside. */
  readonly cniManifest: string;
}

/** What decides the flags. */
export interface Start {
  readonly nodes: number;
  /** Base image; minikube's own when absent. */
  readonly image: string | undefined;
  /** Minor version of Kubernetes, of which minikube takes the newest patch that it knows; its default when absent. */
  readonly kubernetes: string | undefined;
  /** Set when the base image is ours. */
  readonly own: OwnBase | undefined;
  readonly isRoot: boolean;
}

/** `minikube start` as podproof calls it: its answers are events, and nobody answers questions. */
export function startArgv(cluster: string, start: Start): readonly [string, ...string[]] {
  const profile = ['start', '--profile', cluster, '--output=json', '--interactive=false'];
  return [MINIKUBE, ...profile, ...startFlags(start), ...(start.own === undefined ? [] : cniFlag(start.own))];
}

/**
 * How the cluster is to be, whatever it is called and wherever its files are. What is not said here is minikube's
 * default: that is what readers have.
 *
 * No limits of containers and no waiting: we set the same limits as for kind's nodes, and look at all nodes ourselves.
 * No addons: no claim is about them, and their images would have to be pulled. Ports listen on loopback only.
 */
export function startFlags({ nodes, image, kubernetes, own, isRoot }: Start): readonly string[] {
  return [
    ...['--driver=docker', '--container-runtime=containerd', `--nodes=${String(nodes)}`],
    ...['--listen-address=127.0.0.1', '--embed-certs=true', '--install-addons=false', '--wait=none'],
    ...['--cpus=no-limit', '--memory=no-limit'],
    // The kubelet's podPidsLimit, by its old name: minikube passes flags on.
    `--extra-config=kubelet.pod-max-pids=${String(TASKS_PER_POD)}`,
    ...(image === undefined ? [] : [`--base-image=${image}`]),
    ...(kubernetes === undefined || own !== undefined ? [] : [`--kubernetes-version=${kubernetes}`]),
    ...(own === undefined ? [] : ownFlags(own)),
    // The docker driver refuses to be used by root, and every version of Kubernetes that is newer than itself.
    ...(isRoot || own !== undefined ? ['--force'] : []),
  ];
}

/** Everything is inside: nothing is to be downloaded, and nothing could be. */
function ownFlags({ kubernetesVersion }: OwnBase): readonly string[] {
  return [`--kubernetes-version=${kubernetesVersion}`, '--preload=false', '--cache-images=false'];
}

function cniFlag({ cniManifest }: OwnBase): readonly string[] {
  return [`--cni=${cniManifest}`];
}
