import { describe, expect, test } from '@jest/globals';
import type { ObjectMeta, Pod } from '../core/kube.ts';
import { podOf, staticPod } from './existing.ts';

const pod = (metadata: Omit<ObjectMeta, 'name'>): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', ...metadata },
  spec: { containers: [] },
});
const ownedBy = (kind: string, name: string): Pod => pod({ ownerReferences: [{ kind, name }] });

test('a static pod has the label and the annotation of a mirror: anybody can set a label', () => {
  const { find } = staticPod('etcd');
  const labels = { component: 'etcd' };
  const annotations = { 'kubernetes.io/config.mirror': '61ab3f71ef24ec999b1be16c26b967bc' };
  expect(find(pod({ labels, annotations }), [])).toBe(true);
  expect(find(pod({ labels }), [])).toBe(false);
  expect(find(pod({ labels: { component: 'etcd-2' }, annotations }), [])).toBe(false);
});

describe('podOf', () => {
  test('a DaemonSet owns its pods itself', () => {
    const { find } = podOf('DaemonSet', 'kube-proxy');
    expect(find(ownedBy('DaemonSet', 'kube-proxy'), [])).toBe(true);
    expect(find(ownedBy('DaemonSet', 'kube-proxy-2'), [])).toBe(false);
    expect(find(ownedBy('ReplicaSet', 'kube-proxy'), [])).toBe(false);
    expect(find(pod({}), [])).toBe(false);
  });

  test('a Deployment owns them through a ReplicaSet of its name and a hash', () => {
    const { find } = podOf('Deployment', 'coredns');
    expect(find(ownedBy('ReplicaSet', 'coredns-559f6c778d'), [])).toBe(true);
    expect(find(ownedBy('ReplicaSet', 'coredns-custom-559f6c778d'), [])).toBe(false);
  });
});
