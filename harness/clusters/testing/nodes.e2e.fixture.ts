import { randomBytes } from 'node:crypto';
import { expect, test } from '@jest/globals';
import type { ClusterNode } from '../../core/cluster.ts';
import { describeResult } from '../../core/command.ts';
import { done, pending, poll } from '../../core/poll.ts';
import { httpFrom, isAnswerOf, showAnswer } from '../../probes/http.ts';
import { within } from '../../testing/e2e-settings.ts';
import { whenItCan, type ContractScene } from './scene.e2e.fixture.ts';

const PORT = 18_080;
const FREE_PORT = 18_081;

/** What pods and people can do with the nodes of a cluster. */
export function nodeTests(scene: ContractScene): void {
  const { bench, cluster, kube, namespace } = scene;
  const nodes = (): readonly ClusterNode[] => cluster().nodes;
  const open = (): readonly ClusterNode[] => nodes().filter(({ schedulable }) => schedulable);

  test('a pod runs on every node that takes pods, and resolves names of the cluster', async () => {
    for (const [index, { name }] of open().entries()) {
      const pod = await namespace().start(`dns-${String(index)}`, { nodeName: name });
      const runner = kube().podRunner({ namespace: namespace().name, name: pod.metadata.name });
      const deadline = within(30);
      // The node's kube-proxy may still be writing its rules.
      const answer = await poll(
        async () => {
          const found = await runner.run(['nslookup', 'kubernetes.default.svc.cluster.local'], { deadline });
          const isThere = found.kind === 'exited' && found.exitCode === 0;
          return isThere ? done(found.stdout) : pending(describeResult(found));
        },
        { deadline },
      );
      expect(answer).toMatch(/Address:? .*\d+\.\d+\.\d+\.\d+/);
    }
  }, 120_000);

  test('a hostPort is reached from outside the nodes, and a port of nobody is refused', async () => {
    const nonce = randomBytes(8).toString('hex');
    const [node] = open();
    const host = node?.address ?? '';
    await namespace().start(
      'port',
      { nodeName: node?.name },
      {
        command: ['serve', '--http', ':8080'],
        env: [{ name: 'PODPROOF_NONCE', value: nonce }],
        ports: [{ containerPort: 8080, hostPort: PORT }],
      },
    );
    const outsider = await cluster().outsider(within(60));
    await poll(
      async () => {
        const answer = await httpFrom(outsider, { host, port: PORT, path: '/nonce' });
        return isAnswerOf(answer, nonce) ? done(answer) : pending(showAnswer(answer));
      },
      { deadline: within(20) },
    );
    expect(await httpFrom(outsider, { host, port: FREE_PORT })).toEqual({ kind: 'refused' });
    const { stdout } = await outsider.run(['hostname'], { deadline: within(30) });
    expect(nodes().map(({ name }) => name)).not.toContain(stdout.trim());
  }, 90_000);

  whenItCan(bench, 'maxNodes', ({ maxNodes }) => {
    test('the nodes are different machines', async () => {
      expect(maxNodes).toBeGreaterThan(1);
      const boots = await Promise.all(
        nodes().map(({ runner }) => runner.run(['cat', '/etc/machine-id'], { deadline: within(30) })),
      );
      expect(new Set(boots.map(({ stdout }) => stdout)).size).toBe(nodes().length);
    });
  });

  whenItCan(bench, 'nodeShell', (provider) => {
    test('a command on a node is on that node, as root and outside every pod', async () => {
      for (const { name, address } of nodes()) {
        const script = 'hostname; hostname -I; id -u; ctr -n k8s.io containers ls -q | wc -l';
        const asked = await provider.nodeShell(name).run(['sh', '-c', script], { deadline: within(30) });
        const [hostname, addresses, uid, containers] = asked.stdout.split('\n');
        expect(hostname).toBe(name);
        expect(addresses?.split(' ')).toContain(address);
        expect(uid).toBe('0');
        // It sees the containers of pods, so it is in none of them.
        expect(Number(containers)).toBeGreaterThan(0);
      }
    });

    test('exit code, both outputs, standard input and words come through unchanged', async () => {
      const shell = provider.nodeShell(nodes()[0]?.name ?? '');
      const stdin = 'x'.repeat(1_000_000);
      const argv = ['sh', '-c', 'wc -c; printf "%s" "$1" >&2; exit 7', 'sh', "it's $HOME"] as const;
      expect(await shell.run(argv, { deadline: within(30), stdin })).toMatchObject({
        kind: 'exited',
        exitCode: 7,
        stdout: '1000000\n',
        stderr: "it's $HOME",
      });
    });

    test('a missing program and a command without end are no answers', async () => {
      const shell = provider.nodeShell(nodes()[0]?.name ?? '');
      expect(await shell.run(['no-such-program'], { deadline: within(20) })).toMatchObject({
        kind: 'notStarted',
      });
      expect(await shell.run(['sleep', '600'], { deadline: within(1) })).toMatchObject({ kind: 'timedOut' });
    });
  });

  whenItCan(bench, 'loadImage', (provider) => {
    test('an image of the engine runs on every node after it was loaded, and not before', async () => {
      const image = `localhost/podproof/contract:${randomBytes(4).toString('hex')}`;
      await bench.cli('tag', bench.workload, image);
      try {
        const [first] = open();
        await kube().create(namespace().pod('before', { nodeName: first?.name }, { image }), within(30));
        expect(await reasonOf(scene, 'before')).toBe('ErrImageNeverPull');
        await provider.loadImage(cluster().name, image, within(120));
        for (const [index, { name }] of open().entries())
          await namespace().start(`loaded-${String(index)}`, { nodeName: name }, { image });
      } finally {
        await bench.cli('image', 'rm', image);
      }
    }, 180_000);
  });

  whenItCan(bench, 'pauseNode', (provider) => {
    test('a paused node answers nothing, and everything again when it goes on', async () => {
      const node = nodes().find(({ role }) => role === 'control-plane');
      const name = node?.name ?? '';
      await provider.pauseNode(name, within(30));
      await expect(kube().list('Node', {}, within(2))).rejects.toMatchObject({ exitCode: 4 });
      await provider.resumeNode(name, within(30));
      const back = await poll(async () => done(await kube().list('Node', {}, within(5))), {
        deadline: within(60),
      });
      expect(back).toHaveLength(nodes().length);
    }, 120_000);
  });
}

/** Why the container of a pod waits, as soon as the kubelet says so. */
async function reasonOf({ kube, namespace }: ContractScene, name: string): Promise<string> {
  return poll(
    async () => {
      const pod = await kube().get('Pod', { name, namespace: namespace().name }, within(10));
      const status = JSON.stringify(pod?.['status'] ?? {});
      const reason = /"reason":"(ErrImage\w+|ImagePull\w+)"/.exec(status)?.[1];
      return reason === undefined ? pending(status) : done(reason);
    },
    { deadline: within(60) },
  );
}
