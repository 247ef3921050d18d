import type { AttachWish } from '../clusters/attached/deps.ts';
import type { ProviderId } from '../core/cluster.ts';
import type { CommandRunner } from '../core/command.ts';
import type { Connects } from '../core/connects.ts';
import type { Deadline } from '../core/deadline.ts';
import type { HarnessError } from '../core/errors.ts';
import type { DaemonFacts } from '../docker/daemon-facts.ts';
import type { DockerEngine } from '../docker/engine-port.ts';
import type { MachineFacts } from '../engine/embedded/requirements.ts';
import type { HostFiles } from './host-files.ts';
import type { ProbeAnswer } from './probe-script.ts';

/** Everything that checks may look at. What several of them need is looked up once, on first use. */
export interface Patient {
  readonly node: { readonly version: string; readonly arch: string };
  readonly host: HostFacts;
  /** What decides whether the embedded engine could be started here. */
  readonly machine: MachineFacts;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What the run would be asked to do. */
  readonly wish: Wish;
  readonly folders: Folders;
  /** Runs commands on this machine. */
  readonly shell: CommandRunner;
  readonly files: HostFiles;
  /** HTTP without cookies, credentials or redirects, for public services only. */
  readonly fetch: (url: string, options: FetchOptions) => Promise<FetchAnswer>;
  readonly connects: Connects;
  readonly engine: () => Promise<EngineState>;
  readonly probe: () => Promise<ProbeAnswer>;
}

export interface HostFacts {
  /** As `uname -r` says it. */
  readonly kernel: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  /** Wall clock, milliseconds since 1970. */
  readonly now: () => number;
}

export interface Wish {
  readonly provider: ProviderId;
  readonly nodes: number;
  readonly image?: string | undefined;
  /** Minor version of Kubernetes. */
  readonly kubernetes?: string | undefined;
  /** What was said about a cluster that is there already. */
  readonly attach?: AttachWish;
}

export interface Folders {
  readonly cache: string;
  readonly runs: string;
  readonly recipes: string;
  readonly home: string;
}

export interface FetchOptions {
  readonly deadline: Deadline;
  readonly method?: 'GET' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
}

export interface FetchAnswer {
  readonly status: number;
  readonly headers: Pick<Headers, 'get'>;
  readonly text: string;
}

/** The container engine as the doctor found it. */
export type EngineState =
  | ({ readonly kind: 'answers' } & AnsweringEngine)
  /** None answers, none was named, and the embedded one could be started. */
  | { readonly kind: 'startable'; readonly endpoint: string; readonly why: string }
  | { readonly kind: 'unusable'; readonly error: HarnessError };

export interface AnsweringEngine {
  readonly whose: 'user' | 'embedded';
  /** For people: "DOCKER_HOST", "docker context colima", "default socket", "embedded". */
  readonly source: string;
  readonly endpoint: string;
  readonly dockerCli: string;
  readonly env: Readonly<Record<string, string>>;
  readonly docker: DockerEngine;
  readonly daemon: DaemonFacts;
  /** Set when it answers but the docker command cannot use it, or it is no engine for Linux containers. */
  readonly problem?: HarnessError | undefined;
}

/**
 * Whether the daemon runs on this machine's own kernel and file systems, so that what we read here is true there.
 * Docker Desktop and its like run it in a virtual machine.
 */
export function isNative({ daemon }: AnsweringEngine, { machine, host }: Patient): boolean {
  return (
    machine.platform === 'linux' && daemon.kernel === host.kernel && !/desktop/i.test(daemon.operatingSystem)
  );
}
