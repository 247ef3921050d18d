import { expect, test } from '@jest/globals';
import { done, pending, poll } from '../../core/poll.ts';
import { within } from '../../testing/e2e-settings.ts';
import type { ContractScene } from '../testing/scene.e2e.fixture.ts';
import { providerContract } from '../testing/provider-contract.e2e.fixture.ts';

await providerContract({ id: 'k3s', also: k3sOnly });

function k3sOnly({ bench, cluster, kube }: ContractScene): void {
  const node = (): ReturnType<typeof cluster>['nodes'][number] => {
    const [only] = cluster().nodes;
    if (only === undefined) throw new Error('there is no node');
    return only;
  };

  test('is called k3s only when it is', () => {
    const { image = '', k3s = '' } = cluster().facts;
    const says = image.startsWith('rancher/k3s') ? image : 'our node image with a k3s-like entrypoint';
    expect(k3s).toContain(says);
  });

  test('nothing of the host is mounted, and its cgroups are its own', async () => {
    const [inspected] = JSON.parse(await bench.cli('inspect', node().name)) as [
      {
        readonly Mounts: readonly { readonly Type: string }[];
        readonly HostConfig: { readonly CgroupnsMode: string; readonly Binds: readonly string[] | null };
      },
    ];
    expect(inspected.HostConfig.CgroupnsMode).toBe('private');
    expect(inspected.HostConfig.Binds ?? []).toEqual([]);
    expect(new Set(inspected.Mounts.map(({ Type }) => Type))).toEqual(new Set(['volume']));
  });

  test('components are processes of the node, not pods', async () => {
    const pods = await kube().list('Pod', { namespace: 'kube-system' }, within(30));
    expect(pods.filter(({ metadata }) => /^(kube-|etcd)/.test(metadata.name))).toEqual([]);
    const { stdout } = await node().runner.run(['ps', '-eo', 'args'], { deadline: within(30) });
    expect(stdout).toMatch(/kube-apiserver|k3s server/);
  });

  test('a component that is killed comes back', async () => {
    const ask = async (...argv: [string, ...string[]]): Promise<string> =>
      (await node().runner.run(argv, { deadline: within(30) })).stdout.trim();
    const before = await ask('pgrep', '-x', 'kube-scheduler');
    expect(before).toMatch(/^\d+$/);
    await ask('kill', '-9', before);
    await poll(
      async () => {
        const now = await ask('pgrep', '-x', 'kube-scheduler');
        return now !== '' && now !== before ? done(now) : pending(`scheduler ${now}`);
      },
      { deadline: within(20) },
    );
  });
}
