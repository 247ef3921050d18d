/** Capability names by bit, from include/uapi/linux/capability.h (Linux 6.18: 41 capabilities). */
const NAMES = [
  'CHOWN',
  'DAC_OVERRIDE',
  'DAC_READ_SEARCH',
  'FOWNER',
  'FSETID',
  'KILL',
  'SETGID',
  'SETUID',
  'SETPCAP',
  'LINUX_IMMUTABLE',
  'NET_BIND_SERVICE',
  'NET_BROADCAST',
  'NET_ADMIN',
  'NET_RAW',
  'IPC_LOCK',
  'IPC_OWNER',
  'SYS_MODULE',
  'SYS_RAWIO',
  'SYS_CHROOT',
  'SYS_PTRACE',
  'SYS_PACCT',
  'SYS_ADMIN',
  'SYS_BOOT',
  'SYS_NICE',
  'SYS_RESOURCE',
  'SYS_TIME',
  'SYS_TTY_CONFIG',
  'MKNOD',
  'LEASE',
  'AUDIT_WRITE',
  'AUDIT_CONTROL',
  'SETFCAP',
  'MAC_OVERRIDE',
  'MAC_ADMIN',
  'SYSLOG',
  'WAKE_ALARM',
  'BLOCK_SUSPEND',
  'AUDIT_READ',
  'PERFMON',
  'BPF',
  'CHECKPOINT_RESTORE',
] as const;

/** What containerd and Docker give a container that does not ask for more or less: 14 of them. */
const DEFAULT_MASK = '00000000a80425fb';

/** The capabilities of a mask that plain containers do not have. @example beyondDefault('0000000000003000') // ['NET_ADMIN'] */
export function beyondDefault(mask: string): readonly string[] {
  const usual = capabilityNames(DEFAULT_MASK);
  return capabilityNames(mask).filter((name) => !usual.includes(name));
}

/**
 * The names in a capability mask, lowest bit first; bits newer than this table come out as `CAP_41`.
 *
 * @param mask hexadecimal, as in /proc/PID/status
 * @example capabilityNames('0000000000000401') // ['CHOWN', 'NET_BIND_SERVICE']
 */
export function capabilityNames(mask: string): readonly string[] {
  const bits = BigInt(`0x${mask}`);
  return Array.from({ length: 64 }, (_, bit) => bit)
    .filter((bit) => ((bits >> BigInt(bit)) & 1n) === 1n)
    .map((bit) => NAMES[bit] ?? `CAP_${String(bit)}`);
}
