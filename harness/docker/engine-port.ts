import type { CommandRunner } from '../core/command.ts';
import type { Deadline } from '../core/deadline.ts';
import type { DaemonFacts } from './daemon-facts.ts';

/** Labels as Docker stores them. As a filter: every pair must match; an empty value means "has this label". */
export type Labels = Readonly<Record<string, string>>;

export interface ContainerSummary {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly labels: Labels;
  /** Docker's word: created, running, paused, restarting, removing, exited, dead. */
  readonly state: string;
}

/** A port of a container that somebody outside of it can reach through the host. */
export interface PortBinding {
  /** `6443/tcp` */
  readonly containerPort: string;
  /** As written in Docker's answer; an empty string means every address. */
  readonly hostAddress: string;
  readonly hostPort: string;
}

/** Something of the engine's machine that is visible in a container. */
export interface Mount {
  /** Docker's word: bind, volume, tmpfs, npipe. */
  readonly type: string;
  readonly source: string;
  readonly target: string;
  readonly writable: boolean;
}

export interface ContainerState extends ContainerSummary {
  /** `sha256:…` of the image it was made from, whatever the name means now. */
  readonly imageId: string;
  readonly running: boolean;
  readonly paused: boolean;
  readonly exitCode: number;
  /** How often the engine started it again by itself. */
  readonly restarts: number;
  /** Changes with every start, so that a restart in between shows. */
  readonly startedAt: string;
  /** What is bound now together with what is configured to be bound at the next start. */
  readonly bindings: readonly PortBinding[];
  /** Address by network name. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Named and anonymous volumes mounted into it. */
  readonly volumes: readonly string[];
  readonly mounts: readonly Mount[];
}

export interface NetworkSummary {
  readonly id: string;
  readonly name: string;
  readonly createdAt: string;
  /** Ids of the containers attached to it right now. */
  readonly containers: readonly string[];
  /** As Docker writes them: `172.18.0.0/16`. */
  readonly subnets: readonly string[];
}

export interface EngineFacts {
  /** Identifies the daemon: two clients with the same id talk to the same engine. */
  readonly id: string;
  readonly version: string;
  readonly cgroupVersion: string;
  readonly kernel: string;
  readonly architecture: string;
}

/**
 * The container engine as the other rooms need it. Every call has a deadline and rejects with InfrastructureError
 * ENGINE_CALL_FAILED when the engine did not answer or refused.
 */
export interface DockerEngine {
  /** `unix:///…` or `tcp://…`; the same for every client that podproof starts. */
  readonly endpoint: string;
  facts(deadline: Deadline): Promise<EngineFacts>;
  /** Everything that the daemon tells about its machine, for the doctor. */
  describe(deadline: Deadline): Promise<DaemonFacts>;
  readonly containers: ContainerCalls;
  readonly images: ImageCalls;
  readonly networks: NetworkCalls;
  /** Names of all volumes, or of those that no container uses. */
  volumes(deadline: Deadline, which?: 'all' | 'unused'): Promise<readonly string[]>;
  /** Removes a volume; false when a container still uses it, true also when it was gone. */
  removeVolume(name: string, deadline: Deadline): Promise<boolean>;
  /** Runs commands in a container with its namespaces, as its user, through sessions that stay open until `close`. */
  runner(container: string, where: string): CommandRunner;
  /** Closes idle connections and sessions. */
  close(): void;
}

export interface ContainerCalls {
  /** Containers in any state. */
  list(labels: Labels, deadline: Deadline): Promise<readonly ContainerSummary[]>;
  /** @returns undefined when there is no such container */
  inspect(container: string, deadline: Deadline): Promise<ContainerState | undefined>;
  /**
   * Creates a container that is never started, only to have its name: while it is there nobody else can create one
   * of that name, and creations that the engine has begun but does not list yet show as `taken`.
   *
   * @returns `noImage` when the image is not there; then nobody else can create a container from it either
   */
  holdName(hold: NameHold, deadline: Deadline): Promise<'held' | 'taken' | 'noImage'>;
  /** Kills and removes it with its anonymous volumes; fine when it is gone or being removed already. */
  remove(container: string, deadline: Deadline): Promise<void>;
  /** From now on no more than so many processes and threads may run in it. */
  limitTasks(container: string, most: number, deadline: Deadline): Promise<void>;
  /** From now on it may not use more memory, nor any swap; what is beyond is killed in it. */
  limitMemory(container: string, bytes: number, deadline: Deadline): Promise<void>;
  /** Stops all its processes where they are, until `resume`. */
  pause(container: string, deadline: Deadline): Promise<void>;
  resume(container: string, deadline: Deadline): Promise<void>;
  /** The last lines of its log, both streams. */
  logTail(container: string, lines: number, deadline: Deadline): Promise<string>;
}

export interface NameHold {
  readonly name: string;
  readonly image: string;
  readonly labels: Labels;
}

export interface ImageCalls {
  has(reference: string, deadline: Deadline): Promise<boolean>;
  /** In Go's words (amd64, arm64); undefined when the engine does not have the image. */
  architecture(reference: string, deadline: Deadline): Promise<string | undefined>;
  /**
   * Asks the registry through the *daemon* (with its mirrors and proxies) for this reference.
   *
   * @returns undefined when it can be pulled, else what the registry or the way to it said
   */
  registryRefusal(reference: string, deadline: Deadline): Promise<string | undefined>;
}

export interface NetworkCalls {
  list(deadline: Deadline): Promise<readonly { readonly id: string; readonly name: string }[]>;
  /** @returns undefined when there is no such network */
  inspect(name: string, deadline: Deadline): Promise<NetworkSummary | undefined>;
  /** Makes a bridge for IPv4, whose containers reach each other by name. */
  create(name: string, labels: Labels, deadline: Deadline): Promise<void>;
  /** Removes it; false when somebody is still attached, true also when it was gone. */
  remove(id: string, deadline: Deadline): Promise<boolean>;
}
