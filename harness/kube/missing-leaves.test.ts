import { describe, expect, test } from '@jest/globals';
import { missingLeaves } from './missing-leaves.ts';

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', labels: { 'app.kubernetes.io/name': 'web' } },
  spec: {
    hostUsers: false,
    containers: [{ name: 'main', image: 'x', securityContext: { privileged: false, runAsUser: 0 } }],
  },
};

describe('missingLeaves', () => {
  test('does not mind what the server added', () => {
    const [container] = pod.spec.containers;
    const stored = {
      ...pod,
      metadata: { ...pod.metadata, uid: '1', resourceVersion: '7', namespace: 'default' },
      spec: {
        ...pod.spec,
        dnsPolicy: 'ClusterFirst',
        containers: [{ ...container, volumeMounts: [{ name: 'kube-api-access' }] }],
        tolerations: [{ key: 'node.kubernetes.io/not-ready' }],
      },
      status: { phase: 'Pending' },
    };
    expect(missingLeaves(pod, stored)).toEqual([]);
  });

  test('finds a dropped false and a dropped 0 where they mean something', () => {
    const stored = {
      ...pod,
      spec: { containers: [{ name: 'main', image: 'x', securityContext: {} }] },
    };
    expect(missingLeaves(pod, stored).map((leaf) => leaf.path)).toEqual([
      'spec.hostUsers',
      'spec.containers[0].securityContext.privileged',
      'spec.containers[0].securityContext.runAsUser',
    ]);
  });

  test('knows the fields for which false is the same as absent', () => {
    expect(missingLeaves({ spec: { hostNetwork: false } }, { spec: {} })).toEqual([]);
    expect(missingLeaves({ spec: { hostNetwork: true } }, { spec: {} })).toEqual([
      { path: 'spec.hostNetwork', sent: true, stored: undefined },
    ]);
  });

  test('finds a changed value, a missing item and a key that needs quotes', () => {
    const sent = { metadata: { labels: { 'a.b/c': '1' } }, command: ['sleep', '1'], image: 'a:1' };
    const stored = { metadata: { labels: {} }, command: ['sleep'], image: 'docker.io/a:1' };
    expect(missingLeaves(sent, stored)).toEqual([
      { path: 'metadata.labels["a.b/c"]', sent: '1', stored: undefined },
      { path: 'command[1]', sent: '1', stored: undefined },
      { path: 'image', sent: 'a:1', stored: 'docker.io/a:1' },
    ]);
  });

  test('finds a whole object that became something else', () => {
    expect(missingLeaves({ spec: { securityContext: { runAsUser: 405 } } }, { spec: null })).toEqual([
      { path: 'spec.securityContext.runAsUser', sent: 405, stored: undefined },
    ]);
  });

  test.each([
    ['1000m', '1'],
    [1, '1'],
    [0.5, '500m'],
    ['0.5Gi', '512Mi'],
    ['1024Ki', '1Mi'],
    ['1e3', '1k'],
    ['0.1m', '100u'],
  ])('takes the quantity %p for %p', (sent, stored) => {
    expect(missingLeaves({ limits: { cpu: sent } }, { limits: { cpu: stored } })).toEqual([]);
  });

  test.each([
    ['1000m', '2'],
    ['1G', '1Gi'],
    ['', 'x'],
  ])('does not take the quantity %p for %p', (sent, stored) => {
    expect(missingLeaves({ limits: { cpu: sent } }, { limits: { cpu: stored } })).toHaveLength(1);
  });

  test('compares texts elsewhere as texts', () => {
    expect(missingLeaves({ labels: { cpu: '1000m' } }, { labels: { cpu: '1' } })).toHaveLength(1);
  });
});
