import { BlockList, isIP } from 'node:net';

/**
 * Whether a server URL points to this machine or into a private network by its literal address. Names other than
 * `localhost` are refused without asking DNS, because the answer could change between the check and its use.
 *
 * @example isLocalServer('https://127.0.0.1:41021') // true
 */
export function isLocalServer(server: string): boolean {
  if (!URL.canParse(server)) return false;
  const host = new URL(server).hostname.replace(/^\[|\]$/g, '');
  const family = isIP(host);
  if (family === 0) return host === 'localhost';
  return localAddresses().check(host, family === 6 ? 'ipv6' : 'ipv4');
}

function localAddresses(): BlockList {
  const list = new BlockList();
  list.addSubnet('127.0.0.0', 8);
  list.addSubnet('10.0.0.0', 8);
  list.addSubnet('172.16.0.0', 12);
  list.addSubnet('192.168.0.0', 16);
  list.addAddress('::1', 'ipv6');
  list.addSubnet('fc00::', 7, 'ipv6');
  return list;
}
