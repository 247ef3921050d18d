import { expect, test } from '@jest/globals';
import type { Pod } from '../../harness/index.ts';
import { isNodeAgent } from './node-agent.ts';

const on = (nodeName: string, owner: string, more: Partial<Pod['spec']> = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: `${owner}-${nodeName}`, ownerReferences: [{ kind: 'DaemonSet', name: owner }] },
  spec: { nodeName, hostNetwork: true, containers: [{ name: 'main' }], ...more },
});
const writes = { volumes: [{ name: 'cni', hostPath: { path: '/etc/cni/net.d' } }] };
const privileged = { containers: [{ name: 'main', securityContext: { privileged: true } }] };

const agents = [on('a', 'kindnet', writes), on('b', 'kindnet', writes)];
const logs = [on('a', 'logs'), on('b', 'logs')];

function chosen(pods: readonly Pod[]): readonly string[] {
  return pods.filter((pod) => isNodeAgent(pod, pods)).map(({ metadata }) => metadata.name);
}

test('the CNI agent is what can write the network configuration of every node', () => {
  expect(chosen([...logs, ...agents])).toEqual(['kindnet-a', 'kindnet-b']);
  expect(chosen(logs)).toEqual([]);
  expect(chosen([...agents, on('c', 'logs')])).toEqual([]);
});

test('kube-proxy, what is privileged, and what has a network of its own are none', () => {
  expect(chosen([on('a', 'kube-proxy', writes)])).toEqual([]);
  expect(chosen([on('a', 'calico', { ...writes, ...privileged })])).toEqual([]);
  expect(chosen([on('a', 'multus', { ...writes, hostNetwork: false })])).toEqual([]);
});
