import {
  asksAsNode,
  isUnknownName,
  showAnswer,
  type DnsView,
  type Expectation,
} from '../../harness/index.ts';

export function showDns({ pod, apiServer }: DnsView): string {
  return `name server ${pod.join(', ')}; kubernetes.default.svc: ${showAnswer(apiServer)}`;
}

export function theNodes(): Expectation<DnsView> {
  return {
    text: 'the node’s name servers and not the cluster’s, and nothing behind the name of a Service',
    holds: (seen) => asksAsNode(seen) && !seen.pod.includes(seen.cluster) && isUnknownName(seen.apiServer),
    unclear: cannotCompare,
  };
}

export function theClusters(): Expectation<DnsView> {
  return {
    text: 'the cluster’s name server alone, and the API server behind the name of its Service',
    holds: (seen) => asksTheCluster(seen) && seen.apiServer.kind === 'answered',
    unclear: cannotCompare,
  };
}

function asksTheCluster({ pod, cluster }: DnsView): boolean {
  return pod.join(' ') === cluster;
}

function cannotCompare(seen: DnsView): string | undefined {
  const { pod, node, behindNode, cluster, apiServer } = seen;
  if ([...node, ...behindNode].includes(cluster)) return 'the node itself asks the cluster’s name server';
  const understood = apiServer.kind === 'answered' || (asksAsNode(seen) && isUnknownName(apiServer));
  if (understood && (asksAsNode(seen) || asksTheCluster(seen))) return undefined;
  return `name server ${pod.join(', ')}, and curl kubernetes.default.svc ended with ${showAnswer(apiServer)}`;
}
