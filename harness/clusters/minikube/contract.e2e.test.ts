import { expect, test } from '@jest/globals';
import { Deadline } from '../../core/deadline.ts';
import { local } from '../../shell/local.ts';
import { within } from '../../testing/e2e-settings.ts';
import type { ContractScene } from '../testing/scene.e2e.fixture.ts';
import { providerContract } from '../testing/provider-contract.e2e.fixture.ts';
import { lookForMinikube } from './binary.ts';

await providerContract({ id: 'minikube', whyNot, also: minikubeOnly });

async function whyNot(): Promise<string | undefined> {
  const deadline = Deadline.in(30_000, 'minikube to tell its version');
  const look = await lookForMinikube({ shell: local(), deadline });
  return look.kind === 'none' ? `no minikube to test with: ${look.seen}` : undefined;
}

function minikubeOnly({ cluster }: ContractScene): void {
  test('the control plane takes pods like the other node', () => {
    const { name, nodes, facts } = cluster();
    expect(nodes).toMatchObject([
      { name, role: 'control-plane', schedulable: true },
      { name: `${name}-m02`, role: 'worker', schedulable: true },
    ]);
    expect(facts).toMatchObject({ minikube: expect.stringMatching(/^\d+\.\d+/) });
  });

  test('minikube ip names the control plane', async () => {
    const { laptop, nodes } = cluster();
    const said = await laptop?.runner.run(laptop.nodeAddress, { deadline: within(30) });
    expect(said?.stdout.trim()).toBe(nodes.find(({ role }) => role === 'control-plane')?.address);
  });

  test('the default service account of kube-system may do everything, which on kind it may not', async () => {
    const [controlPlane] = cluster().nodes;
    const script = 'exec /var/lib/minikube/binaries/*/kubectl --kubeconfig /etc/kubernetes/admin.conf "$@"';
    const ask = ['auth', 'can-i', '*', '*', '--as=system:serviceaccount:kube-system:default'];
    const answer = await controlPlane?.runner.run(['sh', '-c', script, 'sh', ...ask], {
      deadline: within(30),
    });
    expect(answer).toMatchObject({ kind: 'exited', exitCode: 0, stdout: 'yes\n' });
  });
}
