import {
  ask,
  CannotTell,
  capabilityNames,
  claim,
  copiedIntoPrivileged,
  DEFAULT_DEVICES,
  defineScenario,
  deviceId,
  devicesOf,
  identityOf,
  type Device,
  type PodUnderTest,
} from '../../harness/index.ts';

/**
 * Character devices that may be opened without any effect and are not among those every container may use:
 * /dev/fuse, /dev/loop-control, /dev/kmsg. Opening is tried without reading or writing a byte.
 */
const HARMLESS = ['c 10:229', 'c 10:237', 'c 1:11'];

export default defineScenario({
  id: 'privileged-dev',
  title:
    'A privileged container sees all its node’s devices, may use them and has all the node’s capabilities',
  article: { heading: 'Running pods in privileged mode', lines: [119, 141] },
  tags: ['core'],
  requires: {
    privileged: 'it is what the scenario is about',
    hostPath: { '/dev': 'a mutant: to see all names is not to be allowed to use them' },
  },
  claims: [
    claim({
      id: 'all-devices',
      must: 'A privileged container MUST see all devices of its node, a plain one only the few that every container has',
      source: { lines: [127, 139], sentence: 'the privileged container sees all the host node’s devices' },
      subject: 'pod-privileged',
      control: 'pod-unprivileged',
      observe: async (pod) => {
        const node = idsOf((await devicesOf(pod.node.runner)).filter(copiedIntoPrivileged));
        const own = idsOf(await devicesOf(pod.runner));
        return {
          own: own.length,
          node: node.length,
          missing: node.filter((id) => !own.includes(id)),
          beyondDefault: own.filter((id) => !DEFAULT_DEVICES.includes(id)).length,
        };
      },
      show: ({ own, node, missing }) =>
        `${String(own)} devices; ${missing.length === 0 ? `all ${String(node)} of the node` : `${String(missing.length)} of the node’s ${String(node)} missing`}`,
      subjectShows: {
        text: 'every device of the node',
        holds: ({ missing, beyondDefault }) => missing.length === 0 && beyondDefault > 0,
        unclear: nodeHasMore,
      },
      controlShows: {
        text: 'none but the devices every container gets',
        holds: ({ missing, beyondDefault }) => missing.length > 0 && beyondDefault === 0,
        unclear: nodeHasMore,
      },
    }),
    claim({
      id: 'may-use-devices',
      must: 'A privileged container MUST be able to open a device of the node, a plain one must not, even if it makes the device file itself',
      source: { lines: [139, 139], sentence: 'This means it can use any device freely' },
      subject: 'pod-privileged',
      control: 'pod-unprivileged',
      observe: async (pod) => {
        const device = await harmlessDevice(pod);
        const made = await makeDevice(pod, device);
        return {
          device: device.path,
          made,
          opened: await opens(pod.runner, made),
          openedOnNode: await opens(pod.node.runner, device.path),
        };
      },
      show: ({ device, opened }) => `${device}: ${opened}`,
      subjectShows: {
        text: 'the device opens',
        holds: ({ opened }) => opened === 'opens',
        unclear: nodeMustOpen,
      },
      controlShows: {
        text: 'Operation not permitted, although the device file is there',
        holds: ({ opened }) => opened === 'Operation not permitted',
        unclear: nodeMustOpen,
      },
    }),
    claim({
      id: 'all-capabilities',
      must: 'The main process of a privileged container MUST have every capability its node has, a plain one only some of them',
      source: {
        lines: [121, 125],
        sentence: 'pods need to do everything that the node they’re running on can do',
      },
      subject: 'pod-privileged',
      control: 'pod-unprivileged',
      observe: async (pod) => ({
        pod: (await identityOf(pod.runner, 1)).capEff,
        // Not CapEff and not a constant: a node may itself lack capabilities, and PID 1 may have dropped some.
        node: (await identityOf(pod.node.runner, 1)).capBnd,
      }),
      show: ({ pod, node }) =>
        `${pod} (${String(capabilityNames(pod).length)} of the node’s ${String(capabilityNames(node).length)})`,
      subjectShows: { text: 'the node’s capability mask', holds: ({ pod, node }) => pod === node },
      controlShows: {
        text: 'a true part of the node’s capabilities',
        holds: ({ pod, node }) =>
          capabilityNames(pod).length < capabilityNames(node).length &&
          capabilityNames(pod).every((name) => capabilityNames(node).includes(name)),
      },
    }),
  ],
  mutants: [
    {
      id: 'privileged-removed',
      change: 'privileged removed',
      fells: ['all-devices', 'may-use-devices', 'all-capabilities'],
      mutate: ({ spec }) => spec.containers.forEach((container) => delete container.securityContext),
    },
    {
      id: 'all-capabilities-instead',
      change: 'privileged replaced by capabilities.add [ALL]: all powers, no device',
      fells: ['all-devices', 'may-use-devices'],
      mutate: ({ spec }) =>
        spec.containers.forEach(
          (container) => (container.securityContext = { capabilities: { add: ['ALL'] } }),
        ),
    },
    {
      id: 'hostPath-dev-instead',
      change:
        'privileged replaced by the node’s /dev as a hostPath: every name is visible, nothing may be used',
      fells: ['may-use-devices', 'all-capabilities'],
      mutate: ({ spec }) => {
        spec.volumes = [{ name: 'dev', hostPath: { path: '/dev' } }];
        for (const container of spec.containers) {
          delete container.securityContext;
          container.volumeMounts = [{ name: 'dev', mountPath: '/hostdev', readOnly: true }];
        }
      },
    },
  ],
});

function idsOf(devices: readonly Device[]): readonly string[] {
  return [...new Set(devices.map(deviceId))].sort();
}

async function harmlessDevice(pod: PodUnderTest): Promise<Device> {
  const devices = await devicesOf(pod.node.runner);
  const [device] = HARMLESS.flatMap((id) => devices.find((candidate) => deviceId(candidate) === id) ?? []);
  if (device === undefined)
    throw new CannotTell(`node ${pod.node.name} has none of the harmless devices ${HARMLESS.join(', ')}`);
  return device;
}

/** mknod is among the default capabilities, so even the control gets a device file; using it is another matter. */
async function makeDevice(pod: PodUnderTest, { major, minor }: Device): Promise<string> {
  const path = `/device-${String(major)}-${String(minor)}`;
  const made = await ask(pod.runner, ['mknod', path, 'c', String(major), String(minor)]);
  if (made.exitCode !== 0)
    throw new CannotTell(`${pod.name} cannot make a device file: ${made.stderr.trim()}`);
  return path;
}

/** Opens the file and closes it again without reading: dd with a count of nothing. */
async function opens(runner: PodUnderTest['runner'], path: string): Promise<string> {
  const result = await ask(runner, ['dd', `if=${path}`, 'of=/dev/null', 'count=0']);
  return result.exitCode === 0
    ? 'opens'
    : (/Operation not permitted/.exec(result.stderr)?.[0] ?? result.stderr.trim());
}

function nodeHasMore({ node }: { node: number }): string | undefined {
  return node > DEFAULT_DEVICES.length
    ? undefined
    : 'the node itself has no devices beyond those of every container';
}

function nodeMustOpen({ openedOnNode }: { openedOnNode: string }): string | undefined {
  return openedOnNode === 'opens' ? undefined : `the node itself cannot open the device: ${openedOnNode}`;
}
