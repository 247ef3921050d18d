import {
  ask,
  CannotTell,
  copiedIntoPrivileged,
  DEFAULT_DEVICES,
  deviceId,
  devicesOf,
  type Device,
  type PodUnderTest,
} from '../../harness/index.ts';

/**
 * Character devices that may be opened without any effect and are not among those every container may use:
 * /dev/fuse, /dev/loop-control, /dev/kmsg. Opening is tried without reading or writing a byte.
 */
const HARMLESS = ['c 10:229', 'c 10:237', 'c 1:11'];

/** What a pod has of its node's devices. */
export type DevicesSeen = {
  readonly own: number;
  readonly node: number;
  readonly missing: readonly string[];
  readonly beyondDefault: number;
};

/**
 * Compares by numbers. What the node got after the container was made cannot be in there: disks are attached and loop
 * devices made all the time, where /dev is the kernel's own.
 *
 * @throws CannotTell
 */
export async function devicesSeen(pod: PodUnderTest): Promise<DevicesSeen> {
  const onNode = (await devicesOf(pod.node.runner)).filter(copiedIntoPrivileged);
  const own = idsOf(await devicesOf(pod.runner));
  const absent = onNode.filter((device) => !own.includes(deviceId(device)));
  const later = await cameLater(pod, absent);
  return {
    own: own.length,
    node: idsOf(onNode).length,
    missing: idsOf(absent.filter(({ path }) => !later.includes(path))),
    beyondDefault: own.filter((id) => !DEFAULT_DEVICES.includes(id)).length,
  };
}

/** Which of the node's device files were made, or changed, since the pod's container started: by the node's clock. */
async function cameLater(pod: PodUnderTest, devices: readonly Device[]): Promise<readonly string[]> {
  const { status } = await pod.read();
  const startedAt = status?.containerStatuses?.[0]?.state?.running?.startedAt;
  if (startedAt === undefined || devices.length === 0) return [];
  const paths = devices.map(({ path }) => path);
  const { stdout } = await ask(pod.node.runner, ['stat', '-c', '%Y %n', ...paths]);
  return laterThan(startedAt, stdout);
}

/** @param listing lines of `stat -c '%Y %n'`: when a file changed, in seconds, and its path */
export function laterThan(time: string, listing: string): readonly string[] {
  const seconds = Date.parse(time) / 1000;
  return [...listing.matchAll(/^(\d+) (\/.+)$/gm)].flatMap(([, changed, path = '']) =>
    Number(changed) >= seconds ? [path] : [],
  );
}

function idsOf(devices: readonly Device[]): readonly string[] {
  return [...new Set(devices.map(deviceId))].sort();
}

export async function harmlessDevice(pod: PodUnderTest): Promise<Device> {
  const devices = await devicesOf(pod.node.runner);
  const [device] = HARMLESS.flatMap((id) => devices.find((candidate) => deviceId(candidate) === id) ?? []);
  if (device === undefined)
    throw new CannotTell(`node ${pod.node.name} has none of the harmless devices ${HARMLESS.join(', ')}`);
  return device;
}

/** mknod is among the default capabilities, so even the control gets a device file; using it is another matter. */
export async function makeDevice(pod: PodUnderTest, { major, minor }: Device): Promise<string> {
  const path = `/device-${String(major)}-${String(minor)}`;
  const made = await ask(pod.runner, ['mknod', path, 'c', String(major), String(minor)]);
  if (made.exitCode !== 0)
    throw new CannotTell(`${pod.name} cannot make a device file: ${made.stderr.trim()}`);
  return path;
}

/** Opens the file and closes it again without reading: dd with a count of nothing. */
export async function opens(runner: PodUnderTest['runner'], path: string): Promise<string> {
  const result = await ask(runner, ['dd', `if=${path}`, 'of=/dev/null', 'count=0']);
  return result.exitCode === 0
    ? 'opens'
    : (/Operation not permitted/.exec(result.stderr)?.[0] ?? result.stderr.trim());
}
