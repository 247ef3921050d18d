import type { FaultBench } from './bench.ts';
import type { Fault } from './fault.ts';
import { docker, kubectl, onNode, theNode, untilOnNode } from './hands.ts';
import { PLAIN, shared } from './plain-runs.ts';

/** What somebody else has put into the cluster. */
export const CLUSTER_FAULTS: readonly Fault[] = [
  {
    ...shared,
    id: 'F38',
    what: 'a webhook that is dead forbids to delete pods and namespaces',
    exit: 6,
    tells: ['6 hold', 'nobody.podproof.dev'],
    nextRun: true,
    run: async (bench) => {
      await applyJson(bench, DEAD_WEBHOOK);
      try {
        return await bench.podproof(PLAIN).ended;
      } finally {
        await kubectl(bench, 'delete', DEAD_WEBHOOK.kind, DEAD_WEBHOOK.metadata.name);
      }
    },
  },
  {
    ...shared,
    id: 'F15',
    what: 'another server answers with 200 on the port of the node on which a pod must answer',
    exit: 4,
    run: async (bench) => {
      const redirect = ['OUTPUT', '-p', 'tcp', '--dport', '9004', '-j', 'REDIRECT', '--to-ports', '9000'];
      const node = await theNode(bench);
      await docker(bench, 'exec', '--detach', node, 'perl', '-e', DECOY);
      await untilOnNode(bench, 'podproof-decoy');
      await onNode(bench, 'iptables', '-t', 'nat', '-I', ...redirect);
      try {
        const argv = ['run', 'host-port-key', '--nodes', '1', '--keep', '--no-jest'];
        return await bench.podproof(argv).ended;
      } finally {
        await onNode(bench, 'iptables', '-t', 'nat', '-D', ...redirect);
        await onNode(bench, 'pkill', '-f', '[p]odproof-decoy');
      }
    },
  },
];

/** Answers everybody on port 9000 with 200; its name is what it is found by. */
const DECOY = `$0 = 'podproof-decoy'; use IO::Socket::INET;
my $server = IO::Socket::INET->new(LocalPort => 9000, Listen => 5, ReuseAddr => 1) or die;
while (my $client = $server->accept) {
  print $client "HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\nConnection: close\\r\\n\\r\\ndecoy";
  close $client;
}`;

/** Nobody listens at its address, and it must be asked. Only about what runs make. */
const DEAD_WEBHOOK = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  metadata: { name: 'nobody.podproof.dev' },
  webhooks: [
    {
      name: 'nobody.podproof.dev',
      admissionReviewVersions: ['v1'],
      sideEffects: 'None',
      failurePolicy: 'Fail',
      timeoutSeconds: 1,
      clientConfig: { url: 'https://127.0.0.1:1/' },
      namespaceSelector: { matchExpressions: [{ key: 'podproof.dev/run', operator: 'Exists' }] },
      rules: [
        { apiGroups: [''], apiVersions: ['v1'], operations: ['DELETE'], resources: ['pods', 'namespaces'] },
      ],
    },
  ],
} as const;

async function applyJson(bench: FaultBench, object: object): Promise<void> {
  const script = 'printf %s "$0" | kubectl --kubeconfig /etc/kubernetes/admin.conf apply -f -';
  await onNode(bench, 'sh', '-c', script, JSON.stringify(object));
}
