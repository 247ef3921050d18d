import type { CommandRunner } from '../core/command.ts';
import { CannotTell } from '../core/under-test.ts';
import { ask } from './answer.ts';

/** A device node: kind and number say which device it is; the name is only where it lies. */
export type Device = {
  readonly kind: 'b' | 'c';
  readonly major: number;
  readonly minor: number;
  readonly path: string;
};

/**
 * The device nodes below /dev, without following into other mounts (pts, mqueue, shm). They are only looked at
 * with stat and never opened: in a privileged pod these are the machine's real disks.
 *
 * @throws CannotTell when /dev could not be listed or holds no device (every container has /dev/null)
 */
export async function devicesOf(runner: CommandRunner): Promise<readonly Device[]> {
  const result = await ask(runner, [
    'find',
    '/dev',
    '-xdev',
    '(',
    '-type',
    'b',
    '-o',
    '-type',
    'c',
    ')',
    '-exec',
    'stat',
    '-c',
    '%F,%t,%T,%n',
    '{}',
    '+',
  ]);
  return parseDevices(result.stdout);
}

/** Parses `stat -c %F,%t,%T,%n`: file type in words, major and minor in hexadecimal, path. */
export function parseDevices(text: string): readonly Device[] {
  const devices = [
    ...text.matchAll(/^(block|character) special file,([0-9a-f]+),([0-9a-f]+),(\/dev\/.*)$/gm),
  ].map(([, type, major = '', minor = '', path = '']): Device => ({
    kind: type === 'block' ? 'b' : 'c',
    major: Number.parseInt(major, 16),
    minor: Number.parseInt(minor, 16),
    path,
  }));
  if (!devices.some((device) => device.path === '/dev/null'))
    throw new CannotTell('the list of devices lacks /dev/null, so it cannot be right');
  return devices;
}

/** `c 1:3`, the identity of a device independent of its name. */
export function deviceId(device: Device): string {
  return `${device.kind} ${String(device.major)}:${String(device.minor)}`;
}

/**
 * Names that containerd leaves out when it copies the node's /dev into a privileged container, because they are
 * mounts or sockets of their own. Source: containerd pkg/oci HostDevices (skips pts, shm, fd, mqueue, .lxc,
 * .lxd-mounts, .udev and console).
 */
export function copiedIntoPrivileged(device: Device): boolean {
  return (
    !/^\/dev\/(pts|shm|fd|mqueue|\.lxc|\.lxd-mounts|\.udev)(\/|$)/.test(device.path) &&
    device.path !== '/dev/console'
  );
}

/** The devices every container gets, by number: null, zero, full, random, urandom, tty, console, ptmx (OCI runtime spec). */
export const DEFAULT_DEVICES: readonly string[] = [
  'c 1:3',
  'c 1:5',
  'c 1:7',
  'c 1:8',
  'c 1:9',
  'c 5:0',
  'c 5:1',
  'c 5:2',
];
