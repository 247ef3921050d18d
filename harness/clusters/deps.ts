import type { Clock } from '../core/clock.ts';
import type { CommandRunner } from '../core/command.ts';
import type { ClusterProvider, ProviderOptions } from '../core/cluster.ts';
import type { KubeClient } from '../core/kube.ts';
import type { DockerEngine } from '../docker/engine-port.ts';

/** What every provider needs from the other rooms. All of it is passed in by the composition root. */
export interface ProviderDeps {
  readonly docker: DockerEngine;
  readonly engine: EngineAccess;
  /** Runs commands on this machine. */
  readonly shell: CommandRunner;
  /** Folder that podproof owns; see `podproof clean`. */
  readonly cacheDir: string;
  /** The environment of the process, to find programs and to know what must be hidden from them. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly images: ImageSource;
  readonly connectKube: (kubeconfig: string) => Promise<KubeClient>;
  /** @default the system's */
  readonly clock?: Clock;
  /** Proposes a name for a cluster; a taken one is not used. @default `podproof-` and six random hex digits */
  readonly newName?: () => string | undefined;
}

/** How other programs reach the same engine as `docker` does. */
export interface EngineAccess {
  readonly endpoint: string;
  /** Path of a `docker` command line client; kind calls it by the name `docker`. */
  readonly dockerCli: string;
  /** DOCKER_HOST and whatever else a child process needs. */
  readonly env: Readonly<Record<string, string>>;
}

export interface NodeImages {
  /** Image for the nodes. */
  readonly node: string;
  /** Image that the pods of the scenarios run; inside the node image and in the engine. */
  readonly workload: string;
}

/** For minikube the same, and what it must be told of its base image. */
export interface MinikubeImages extends NodeImages {
  /** v1.37.2 */
  readonly kubernetesVersion: string;
  /** The manifest of the network plugin that is inside. */
  readonly cniManifest: string;
}

/** Images of our own. They are in the engine when the promise resolves, the registry's too after `ensureImages`. */
export interface ImageSource {
  readonly ensureImages: (options: NodeImageOptions) => Promise<NodeImages>;
  /** With minikube's base image in the place of the node image. */
  readonly ensureMinikube: (options: NodeImageOptions) => Promise<MinikubeImages>;
  /** Our node image with an entrypoint that the k3s module of testcontainers can start. */
  readonly ensureK3sLike: (options: NodeImageOptions) => Promise<NodeImages>;
  /** Only the workload, for node images of others. */
  readonly ensureWorkload: (options: ImageOptions) => Promise<string>;
  /** Only the registry's image, for node images of others; it does not come with the workload. */
  readonly ensureRegistry: (options: ImageOptions) => Promise<void>;
  /** The image registry that runs beside the nodes. */
  readonly registry: string;
}

export type ImageOptions = Pick<ProviderOptions, 'deadline' | 'progress'>;

export interface NodeImageOptions extends ImageOptions {
  /** Minor version of Kubernetes in the node image. @default the newest that we can build */
  readonly kubernetes?: string | undefined;
}

/** A cluster of ours that is there, whoever made it. */
export interface OwnedCluster {
  readonly name: string;
  readonly kept: boolean;
  readonly createdAt: string;
  /** `unreadable`: its record is damaged, so nobody can know. */
  readonly owner: 'this process' | 'alive' | 'dead' | 'unreadable';
  /** False when it lives in another engine than the one in use, where we cannot remove it. */
  readonly reachable: boolean;
}

/** A provider whose clusters outlive a process, so that they can be kept, taken over and swept. */
export interface KeepingProvider extends ClusterProvider {
  /** From now on nobody removes it but a person: `podproof down` or `clean`. Nothing happens when it is not there. */
  keep(name: string): Promise<void>;
  list(): Promise<readonly OwnedCluster[]>;
}
