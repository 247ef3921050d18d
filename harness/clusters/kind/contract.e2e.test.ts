import { expect, test } from '@jest/globals';
import type { ContractScene } from '../testing/scene.e2e.fixture.ts';
import { providerContract } from '../testing/provider-contract.e2e.fixture.ts';
import { pullAndRun, pushSaying, type Pulled } from './tag-swap.e2e.fixture.ts';

await providerContract({ id: 'kind', also: kindOnly });

function kindOnly({ bench, cluster }: ContractScene): void {
  test('the control plane is tainted, the worker is not', () => {
    const { name, nodes } = cluster();
    expect(nodes).toMatchObject([
      { name: `${name}-control-plane`, role: 'control-plane', schedulable: false },
      { name: `${name}-worker`, role: 'worker', schedulable: true },
    ]);
    expect(cluster().facts).toMatchObject({ kind: expect.stringMatching(/^0\.\d+/) });
  });

  test('a tag that is pushed again is another image for whoever pulls it, on every node', async () => {
    const onEveryNode = (when: string): Promise<readonly Pulled[]> =>
      Promise.all(cluster().nodes.map(({ name, role }) => pullAndRun(cluster(), `${when}-${role}`, name)));
    const benign = await pushSaying(cluster(), 'hello', '405');
    const hello = { digest: benign, says: 'hello as 405' };
    expect(await onEveryNode('before')).toEqual([hello, hello]);
    const evil = await pushSaying(cluster(), 'pwned');
    expect(evil).not.toBe(benign);
    const pwned = { digest: evil, says: 'pwned as 0' };
    expect(await onEveryNode('after')).toEqual([pwned, pwned]);
  }, 180_000);

  test('its registry has no capability, no mount and no port, and runs as nobody’s user', async () => {
    const [inspected] = JSON.parse(await bench.cli('inspect', `${cluster().name}-registry`)) as [
      { readonly HostConfig: { readonly PortBindings?: object | null } },
    ];
    expect(inspected).toMatchObject({
      Config: { User: '65535:65535', Labels: { 'podproof.cluster': cluster().name } },
      HostConfig: { CapDrop: ['ALL'], Privileged: false, NetworkMode: 'kind' },
      Mounts: [],
    });
    expect(inspected.HostConfig.PortBindings ?? {}).toEqual({});
  });
}
