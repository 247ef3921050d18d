/**
 * Capabilities that a container has unless its manifest says otherwise, with containerd (CRI-O leaves out some).
 * Source: containerd pkg/oci defaultUnixCaps.
 */
export const DEFAULT_CAPABILITIES: readonly string[] = [
  ...['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID', 'SETPCAP'],
  ...['NET_BIND_SERVICE', 'NET_RAW', 'SYS_CHROOT', 'MKNOD', 'AUDIT_WRITE', 'SETFCAP'],
];

/** Beyond this number names are counted instead of listed. */
const MOST_NAMES = 6;

/**
 * A set of capabilities in few words, against what is usual and what the node has.
 *
 * @example capabilityWords([...DEFAULT_CAPABILITIES, 'SYS_ADMIN'], all) // 'the 14 default capabilities and SYS_ADMIN'
 */
export function capabilityWords(names: readonly string[], ofNode: readonly string[]): string {
  if (names.length === 0) return 'no capability';
  if (ofNode.every((name) => names.includes(name)))
    return `all ${String(ofNode.length)} capabilities of the node`;
  const more = names.filter((name) => !DEFAULT_CAPABILITIES.includes(name));
  const less = DEFAULT_CAPABILITIES.filter((name) => !names.includes(name));
  const also = more.length === 0 ? '' : ` and ${listed(more)}`;
  if (less.length === 0) return `the ${String(DEFAULT_CAPABILITIES.length)} default capabilities${also}`;
  if (less.length <= MOST_NAMES && less.length < names.length)
    return `the default capabilities without ${listed(less)}${also}`;
  return names.length > MOST_NAMES
    ? `${String(names.length)} of the node's ${String(ofNode.length)} capabilities`
    : `only ${names.join(', ')}`;
}

function listed(names: readonly string[]): string {
  return names.length > MOST_NAMES ? `${String(names.length)} more` : names.join(', ');
}
