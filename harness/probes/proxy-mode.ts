import type { NodeUnderTest } from '../core/under-test.ts';
import { httpFrom } from './http.ts';

/**
 * How kube-proxy on a node does its work: `iptables`, `nftables`, `ipvs`, or `unknown` where none answers. For reports
 * only. Source: kube-proxy's metrics server, which listens on the node's loopback address (metricsBindAddress).
 */
export async function proxyMode(node: NodeUnderTest): Promise<string> {
  const answer = await httpFrom(node.runner, { host: '127.0.0.1', port: 10249, path: '/proxyMode' });
  return answer.kind === 'answered' && answer.status === 200 ? answer.body : 'unknown';
}
