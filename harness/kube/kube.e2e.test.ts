import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { KubeClient } from '../core/kube.ts';
import { E2eNamespace, e2eSetting, within } from '../testing/e2e-namespace.ts';
import { connect } from './client.ts';

const cleanup = new AsyncDisposableStack();
let kube: KubeClient;
let space: E2eNamespace;

beforeAll(async () => {
  kube = await connect({ kubeconfig: e2eSetting('PODPROOF_E2E_KUBECONFIG') });
  cleanup.defer(() => kube.close());
  space = cleanup.use(await E2eNamespace.create(kube));
  await space.start('web');
}, 90_000);

afterAll(() => cleanup.disposeAsync(), 60_000);

describe('create', () => {
  test.each<[string, object]>([
    ['hostNetwrok', { hostNetwrok: true }],
    ['priviliged', { containers: [{ name: 'main', securityContext: { priviliged: true } }] }],
    ['hostNetwork', { hostNetwork: 'yes' }],
    ['restartPolicy', { restartPolicy: 'Sometimes' }],
  ])('lets the server refuse a wrong %s', async (word, spec) => {
    await expect(kube.create(space.pod('typo', spec), within(10))).rejects.toMatchObject({
      code: 'MANIFEST_REJECTED',
      message: expect.stringContaining(word),
    });
    expect(await kube.get('Pod', { name: 'typo', namespace: space.name }, within(10))).toBeUndefined();
  });

  test('stores every leaf of a rich pod, quantities included', async () => {
    const limits = { cpu: '1000m', memory: '0.0625Gi' };
    const spec = {
      hostPID: true,
      hostUsers: true,
      securityContext: { runAsUser: 0, runAsNonRoot: false },
      volumes: [{ name: 'tmp', emptyDir: { sizeLimit: '1024Ki' } }],
      containers: [
        {
          name: 'main',
          image: space.image,
          imagePullPolicy: 'Never',
          command: ['sleep', '1d'],
          resources: { limits, requests: { cpu: 0.001 } },
          securityContext: { privileged: false, allowPrivilegeEscalation: false },
          env: [{ name: 'EMPTY', value: '' }],
          ports: [{ containerPort: 9000, hostPort: 0 }],
          volumeMounts: [{ name: 'tmp', mountPath: '/tmp', readOnly: false }],
        },
      ],
    };
    const stored = await kube.create(space.pod('rich', spec), within(10));
    expect(stored.metadata.uid).toEqual(expect.any(String));
    await kube.delete('Pod', { name: 'rich', namespace: space.name }, within(10), 0);
  });

  test('says that there is one already', async () => {
    await expect(kube.create(space.pod('web'), within(10))).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
  });
});

describe('reading', () => {
  test('finds version, nodes, pods and events', async () => {
    expect(await kube.serverVersion(within(10))).toMatch(/^v1\.\d+\.\d+/);
    expect((await kube.list('Node', {}, within(10))).length).toBeGreaterThan(0);
    const [pod] = await kube.list(
      'Pod',
      { namespace: space.name, labelSelector: space.selector },
      within(10),
    );
    expect(pod).toMatchObject({ kind: 'Pod', apiVersion: 'v1', metadata: { name: 'web' } });
    const events = await kube.events({ namespace: space.name, uid: pod?.metadata.uid ?? '' }, within(10));
    expect(events.map((event) => event.reason)).toEqual(expect.arrayContaining(['Scheduled', 'Started']));
  });

  test('does not mind that what it deletes is gone', async () => {
    const gone = kube.delete('Pod', { name: 'never-there', namespace: space.name }, within(10));
    await expect(gone).resolves.toBeUndefined();
  });

  test('watches a pod come and go', async () => {
    const told: string[] = [];
    const stop = new AbortController();
    const watching = kube.watchPods(space.selector, {
      signal: AbortSignal.any([stop.signal, within(60).signal]),
      giveUpMs: 5000,
      onChange({ kind, pod: { metadata, status } }) {
        if (metadata.name !== 'fleeting') return;
        told.push(`${kind} ${status?.phase ?? ''}`);
        if (status?.phase === 'Running' && metadata.deletionTimestamp === undefined) {
          void kube.delete('Pod', { name: 'fleeting', namespace: space.name }, within(10), 1);
        }
        if (kind === 'deleted') stop.abort();
      },
    });
    await kube.create(space.pod('fleeting'), within(10));
    await watching;
    expect(told).toEqual(expect.arrayContaining(['changed Pending', 'changed Running']));
    expect(told.at(-1)).toMatch(/^deleted /);
  }, 70_000);
});
