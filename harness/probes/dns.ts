import type { CommandRunner } from '../core/command.ts';
import { isRecord } from '../core/json.ts';
import { CannotTell, type PodUnderTest, type Scene } from '../core/under-test.ts';
import { ask, read } from './answer.ts';
import { httpFrom, type HttpAnswer } from './http.ts';

/** Whom a pod asks for names, and what becomes of the name of a Service there. */
export type DnsView = {
  /** Name servers of the pod, of its node, of the cluster. */
  readonly pod: readonly string[];
  readonly node: readonly string[];
  /** Where the node's only server is a resolver of its own (systemd-resolved): the servers which that one asks. */
  readonly behindNode: readonly string[];
  readonly cluster: string;
  /** What curl in the pod gets from the API server by the name of its Service. */
  readonly apiServer: HttpAnswer;
};

/**
 * The API server by the name that every cluster gives it. The name is not complete: what is missing comes from the
 * search list that the kubelet writes together with the cluster's name server, whatever the cluster's domain is
 * called. To plain HTTP the API server answers 400.
 */
const API_SERVER = { host: 'kubernetes.default.svc', port: 443 };

/** What systemd-resolved writes beside its own /etc/resolv.conf; kubeadm and k3s have the kubelet read this file. */
const BEHIND_RESOLVED = '/run/systemd/resolve/resolv.conf';

/** The resolver of libc reads no more, and the kubelet writes no more (MaxDNSNameservers). */
const MOST_SERVERS = 3;

/** @throws CannotTell */
export async function dnsOf(
  pod: Pick<PodUnderTest, 'runner' | 'node'>,
  scene: Pick<Scene, 'read'>,
): Promise<DnsView> {
  const node = await nameServersOf(pod.node.runner);
  return {
    pod: await nameServersOf(pod.runner),
    node,
    behindNode: node.every(isLoopback) ? await serversBehind(pod.node.runner) : [],
    cluster: await clusterNameServer(scene),
    apiServer: await httpFrom(pod.runner, API_SERVER),
  };
}

/** Source of the format: man 5 resolv.conf. @throws CannotTell when none is named */
export function parseNameServers(text: string): readonly string[] {
  const servers = [...text.matchAll(/^nameserver[ \t]+(\S+)/gm)].map(([, address = '']) => address);
  if (servers.length === 0) throw new CannotTell('/etc/resolv.conf names no name server');
  return servers;
}

/** The name servers that programs ask where the runner is, in their order. In a pod the kubelet wrote the file. */
async function nameServersOf(runner: CommandRunner): Promise<readonly string[]> {
  return parseNameServers(await read(runner, ['cat', '/etc/resolv.conf'])).slice(0, MOST_SERVERS);
}

async function serversBehind(runner: CommandRunner): Promise<readonly string[]> {
  const { exitCode, stdout } = await ask(runner, ['cat', BEHIND_RESOLVED]);
  return exitCode === 0 ? parseNameServers(stdout).slice(0, MOST_SERVERS) : [];
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}

/** Whether a pod asks whom its node asks: the node's resolver itself, or those behind it. */
export function asksAsNode({ pod, node, behindNode }: Pick<DnsView, 'pod' | 'node' | 'behindNode'>): boolean {
  return [node, behindNode].some((servers) => servers.length > 0 && servers.join(' ') === pod.join(' '));
}

/** The address of cluster DNS. Its Service is called kube-dns, whatever server stands behind it. */
async function clusterNameServer(scene: Pick<Scene, 'read'>): Promise<string> {
  const { spec } = await scene.read('Service', 'kube-dns', 'kube-system');
  const address = isRecord(spec) ? spec['clusterIP'] : undefined;
  if (typeof address !== 'string') throw new CannotTell('the Service kube-dns has no address');
  return address;
}
