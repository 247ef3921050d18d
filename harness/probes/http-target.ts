import { BlockList } from 'node:net';
import { CannotTell } from '../core/under-test.ts';

/** A place to ask. Never a free URL: scheme, host and path cannot be smuggled in. */
export interface HttpTarget {
  /** An IPv4 address, `localhost`, or the name of a Service as pods know it: `web`, `web.ns.svc.cluster.local`. */
  readonly host: string;
  readonly port: number;
  /** Starts with a slash. @default "/" */
  readonly path?: string;
  /** How long to wait for an answer; shorter where none is expected. @default 5 */
  readonly maxSeconds?: number;
}

/**
 * The URL of a target. Addresses that no pod, node or Service can have are refused, above all those where clouds keep
 * the credentials of the machine: a scenario must not be a way to them.
 *
 * @throws CannotTell when the target is malformed or refused
 */
export function targetUrl({ host, port, path = '/' }: HttpTarget): string {
  const isWellFormed =
    Number.isInteger(port) && port > 0 && port < 65536 && /^\/[\w./-]*$/.test(path) && host.length <= 253;
  if (!isWellFormed || !(isAddress(host) || isClusterName(host)))
    throw new CannotTell(`not a target: ${host.slice(0, 300)}:${String(port)}${path}`);
  if (isRefused(host)) throw new CannotTell(`${host} is never asked: no pod, node or Service can be there`);
  return `http://${host}:${String(port)}${path}`;
}

/** Four plain decimal numbers. curl also takes 0xa9fea9fe, 2852039166 and 0251.254.43518 for an address. */
function isAddress(host: string): boolean {
  return /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/.test(host) && !/(?:^|\.)0\d/.test(host);
}

/** DNS labels that are no number in any spelling, alone or below what cluster DNS answers for. */
function isClusterName(host: string): boolean {
  const labels = host.split('.');
  const isName = labels.every((label) => /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label));
  return isName && (labels.length === 1 || /\.svc(\.cluster\.local)?$/.test(host));
}

function isRefused(host: string): boolean {
  // The names by which cloud machines find their metadata service.
  if (!isAddress(host)) return host === 'metadata' || host === 'instance-data';
  return refusedAddresses().check(host);
}

/** IANA's special-purpose ranges that cannot be a pod's, and the metadata services outside of link-local. */
function refusedAddresses(): BlockList {
  const list = new BlockList();
  list.addSubnet('0.0.0.0', 8);
  list.addSubnet('169.254.0.0', 16);
  list.addSubnet('224.0.0.0', 4);
  list.addSubnet('240.0.0.0', 4);
  list.addAddress('100.100.100.200');
  list.addAddress('192.0.0.192');
  return list;
}
