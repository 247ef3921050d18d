import { describe } from '@jest/globals';
import { can, type Capabilities, type Cluster, type ProviderOptions } from '../../core/cluster.ts';
import { Deadline } from '../../core/deadline.ts';
import type { KubeClient } from '../../core/kube.ts';
import { silentProgress } from '../../core/progress.ts';
import type { E2eNamespace } from '../../testing/e2e-namespace.ts';
import type { KeepingProvider } from '../deps.ts';
import type { ProviderBench } from './bench.e2e.fixture.ts';

/** The cluster that most tests of the contract share. Its parts are there from the first test on, not before. */
export interface ContractScene {
  readonly bench: ProviderBench;
  readonly cluster: () => Cluster;
  /** Another way to the API server than the provider's own. */
  readonly kube: () => KubeClient;
  readonly namespace: () => E2eNamespace;
}

/** A busy machine may need minutes for two nodes. */
export const CREATE_MS = 300_000;

export function options(ms: number, parent?: AbortSignal): ProviderOptions {
  return { deadline: Deadline.in(ms, 'the cluster', parent), progress: silentProgress };
}

/** Tests for providers with a capability. For the others they are listed as skipped, and why. */
export function whenItCan<C extends keyof Capabilities>(
  { provider }: ProviderBench,
  capability: C,
  tests: (provider: KeepingProvider & Capabilities[C]) => void,
): void {
  if (can(provider, capability)) {
    describe(`it has ${capability}:`, () => tests(provider));
    return;
  }
  // Only registered: what is skipped never touches the provider.
  describe.skip(`${provider.id} has no ${capability}:`, () => tests(provider as never));
}
