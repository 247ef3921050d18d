import { afterAll, describe, test } from '@jest/globals';
import type { ProviderName } from '../registry.ts';
import { openBench } from './bench.e2e.fixture.ts';
import { badEndTests } from './bad-ends.e2e.fixture.ts';
import type { ContractScene } from './scene.e2e.fixture.ts';
import { sharedClusterTests } from './shared-cluster.e2e.fixture.ts';

export interface ContractSubject {
  readonly id: ProviderName;
  /** Why this machine cannot run the provider at all, such as a program that is missing; undefined when it can. */
  readonly whyNot?: () => Promise<string | undefined>;
  /** Tests of this provider only, on the cluster that the others share. */
  readonly also?: (scene: ContractScene) => void;
}

/**
 * What every provider promises, tried on a real engine: see `ClusterProvider` in core. A capability that the provider
 * does not have, and a provider that this machine cannot run, show as skipped with the reason, never as passed.
 *
 * @example await providerContract({ id: 'kind' });
 */
export async function providerContract({ id, whyNot, also }: ContractSubject): Promise<void> {
  const reason = await whyNot?.();
  if (reason !== undefined) {
    describe.skip(`the contract of ${id}`, () => test(reason, () => undefined));
    return;
  }
  const bench = await openBench(id);
  afterAll(async () => {
    await bench[Symbol.asyncDispose]();
  }, 120_000);
  describe(`the contract of ${id}:`, () => {
    // In a block of its own, so that who runs only the bad ends does not wait for this cluster.
    describe('one cluster from its creation to its end:', () => sharedClusterTests(bench, also));
    badEndTests(bench);
  });
}
