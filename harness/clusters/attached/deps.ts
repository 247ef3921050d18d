import type { ObjectCensus } from '../../core/census.ts';
import type { Clock } from '../../core/clock.ts';
import type { CommandRunner } from '../../core/command.ts';
import type { Connects } from '../../core/connects.ts';
import type { KubeClient } from '../../core/kube.ts';
import type { UserContexts } from '../../core/user-context.ts';
import type { Consent } from './consent.ts';
import type { Lookup, Permissions } from './judge-context.ts';

export type AttachedKube = KubeClient & ObjectCensus;

/** What ending an attachment needs: no kubeconfig of the user, no engine, no question. */
export interface DetachDeps {
  /** Folder that podproof owns; see `podproof clean`. */
  readonly cacheDir: string;
  /** Connects with a private copy of ours. */
  readonly connectKube: (kubeconfig: string) => Promise<AttachedKube>;
  /** Told what changed in the cluster while it was attached and does not carry our mark. */
  readonly onMeanwhile?: (changes: readonly string[]) => void;
}

/** What the provider of existing clusters needs from the other rooms. No container engine is among it. */
export interface AttachedDeps extends DetachDeps {
  /** The user's kubeconfig files, which are only read. */
  readonly contexts: () => Promise<UserContexts>;
  readonly wish: AttachWish;
  readonly lookup: Lookup;
  /** Runs commands on this machine: the program that signs in, where the user allowed it, and curl. */
  readonly shell: CommandRunner;
  readonly connects: Connects;
  /** @default the system's */
  readonly clock?: Clock;
}

/** What the user said on the command line. */
export interface AttachWish extends Consent, Permissions {
  /** An image that the nodes can pull and that has the content of our workload image. */
  readonly workloadImage: string | undefined;
}
