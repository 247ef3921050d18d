import type { Deadline } from '../core/deadline.ts';

/** What a stop left behind. The engine of the user is never stopped: its report is `untouched`. */
export interface StopReport {
  /**
   * `stopped`: the daemon is gone and the host was put back. `kept`: it goes on running because others use it or
   * because it was asked to. `untouched`: it is not ours.
   */
  readonly outcome: 'stopped' | 'kept' | 'untouched';
  /** True when nothing of ours is left on the host; always true for `kept` and `untouched`. */
  readonly restored: boolean;
  /** What could not be put back, one line each, ready to print. Empty when `restored`. */
  readonly leftovers: readonly string[];
  /** Host settings that stay changed because another Docker daemon on this host relies on them now. */
  readonly sharedWithOthers: readonly string[];
  /** Why it was kept, for people. */
  readonly reason?: string;
  /** Where the tail of the daemon's log was copied to. */
  readonly logFile?: string;
}

export interface ReleaseOptions {
  readonly deadline: Deadline;
  /** Leave the daemon running even when this was its last user. @default false */
  readonly keep?: boolean;
}

/** A container engine that answered. Everything that talks to it must get `env`, so that all mean the same daemon. */
export interface Engine {
  readonly kind: 'user' | 'embedded';
  /** `unix:///…`, `npipe://…` or `tcp://…`, as DOCKER_HOST wants it. */
  readonly endpoint: string;
  /** argv[0] of the docker CLI that belongs to this engine. */
  readonly dockerCli: string;
  /**
   * For kind, the docker CLI, dockerode and testcontainers alike. Laid over the process environment, so a variable
   * that must not apply is present and empty.
   */
  readonly env: Readonly<Record<string, string>>;
  readonly version: string;
  readonly cgroupVersion: 1 | 2;
  /** The daemon's own id: equal ids mean the same daemon. */
  readonly daemonId: string;
  /** Where the daemon keeps images, on the daemon's machine. */
  readonly dataRoot: string;
  /** Where the endpoint came from, for people: "DOCKER_HOST", "docker context colima", "embedded". */
  readonly source: string;
  /** The end of the daemon's log. Empty for the user's engine: podproof does not know where it is, and it is not ours. */
  logTail(): Promise<string>;
  /**
   * Ends this run's use. The user's engine: nothing happens. The embedded one: the last user stops the daemon and
   * puts the host back, unless `keep`. Calling it twice is the same as once. Never throws for what it finds on the
   * host: that is in the report.
   *
   * @throws BusyError ENGINE_LOCKED when another process starts or stops the engine until the deadline
   */
  release(options: ReleaseOptions): Promise<StopReport>;
}

/** Facts of the daemon's own `/info`, as far as podproof needs them. */
export interface EngineInfo {
  readonly id: string;
  readonly version: string;
  readonly osType: string;
  readonly cgroupVersion: 1 | 2;
  readonly dataRoot: string;
}
