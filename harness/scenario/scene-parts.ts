import type { Cluster } from '../core/cluster.ts';
import type { Deadline } from '../core/deadline.ts';
import type { KubeClient, Pod } from '../core/kube.ts';
import type { Turnstile } from '../core/turnstile.ts';
import type { Recorder } from './recorder.ts';

/** What a scene and everybody in it are made of. */
export interface SceneParts {
  readonly kube: KubeClient;
  readonly cluster: Cluster;
  readonly runId: string;
  readonly nonce: string;
  readonly namespace: string;
  readonly deadline: Deadline;
  readonly recorder: Recorder;
  /** Shared by the whole run: only so many commands at once. */
  readonly turnstile: Turnstile;
  /** The newest known pods of the unit and those it found, by the name that claims use. */
  readonly pods: ReadonlyMap<string, Pod>;
}
