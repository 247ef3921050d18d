import {
  capabilityNames,
  claim,
  confinementOf,
  DEFAULT_DEVICES,
  defineScenario,
  identityOf,
  mainProcessOnNode,
  sharedWithNode,
} from '../../harness/index.ts';
import { devicesSeen, harmlessDevice, makeDevice, opens } from './devices.ts';

const NAMESPACES = ['net', 'mnt', 'pid', 'ipc'];

export default defineScenario({
  id: 'privileged-dev',
  title:
    'A privileged container sees all its node’s devices, may use them and has all the node’s capabilities',
  article: { heading: 'Running pods in privileged mode', lines: [119, 141] },
  tags: ['core', 'correction'],
  requires: { privileged: 'it is what this is about', hostPath: { '/dev': 'a mutant: seeing is not using' } },
  claims: [
    claim({
      id: 'all-devices',
      must: 'A privileged container MUST see all devices that its node had when it started, a plain one only the few that every container has',
      source: { lines: [127, 139], sentence: 'the privileged container sees all the host node’s devices' },
      subject: 'pod-privileged',
      control: 'pod-unprivileged',
      observe: devicesSeen,
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
    claim({
      id: 'nothing-confines-it',
      must: 'In a privileged container nothing of /proc and /sys MUST be hidden or read-only, and neither a seccomp filter, even if the pod asks for one, nor the runtime’s AppArmor profile may confine it',
      source: {
        lines: [121, 125],
        sentence: 'other kernel features, which aren’t accessible to regular containers',
      },
      subject: 'pod-privileged',
      control: 'pod-unprivileged',
      observe: (pod) => confinementOf(pod.runner),
      show: ({ covered, sysReadOnly, seccomp, appArmor }) =>
        `${String(covered.length)} places covered, /sys ${sysReadOnly ? 'read-only' : 'writable'}, seccomp ${String(seccomp)}, ${appArmor === null ? 'no AppArmor profile' : `AppArmor ${appArmor}`}`,
      subjectShows: {
        text: 'no place covered, /sys writable, no seccomp filter, no AppArmor profile',
        holds: ({ covered, sysReadOnly, seccomp, appArmor }) =>
          covered.length === 0 && !sysReadOnly && seccomp === 0 && appArmor === null,
      },
      // Not every node has AppArmor, so the control may be without a profile, too.
      controlShows: {
        text: '/proc/sys and other places covered, /sys read-only, a seccomp filter',
        holds: ({ covered, sysReadOnly, seccomp }) =>
          covered.includes('/proc/sys') && sysReadOnly && seccomp === 2,
      },
    }),
    claim({
      id: 'namespaces-of-its-own',
      must: 'A privileged container MUST still have network, mount, PID and IPC namespaces of its own',
      source: { lines: [121, 125], sentence: 'do everything that the node they’re running on can do' },
      correction:
        'Privileged mode opens devices and kernel features, but no namespace: the node’s processes and interfaces take hostPID and hostNetwork.',
      subject: 'pod-privileged',
      control: 'pod-host-namespaces',
      alsoDiffers: {
        hostIPC: 'each of the three fields brings one namespace, which is looked for by its own name',
      },
      observe: async (pod) => {
        const shared = await sharedWithNode(pod.node, await mainProcessOnNode(pod));
        return { shared: NAMESPACES.filter((kind) => shared.includes(kind)) };
      },
      show: ({ shared }) => `of ${NAMESPACES.join(' ')} the node’s own: ${shared.join(' ') || 'none'}`,
      subjectShows: { text: 'none of the four', holds: ({ shared }) => shared.length === 0 },
      controlShows: {
        text: 'network, PID and IPC, which it asked for; no pod can ask for the mounts',
        holds: ({ shared }) => shared.join() === 'net,pid,ipc',
      },
    }),
  ],
  mutants: [
    {
      id: 'privileged-removed',
      change: 'privileged removed',
      fells: ['all-devices', 'may-use-devices', 'all-capabilities', 'nothing-confines-it'],
      mutate: ({ spec }) => spec.containers.forEach((container) => delete container.securityContext),
    },
    {
      id: 'privileged-in-the-control',
      change: 'privileged added to the plain pod: it has more than the few devices of every container',
      fells: ['all-devices', 'may-use-devices', 'all-capabilities', 'nothing-confines-it'],
      target: 'pod-unprivileged',
      mutate: ({ spec }) =>
        spec.containers.forEach((container) => (container.securityContext = { privileged: true })),
    },
    {
      id: 'all-capabilities-instead',
      change: 'privileged replaced by capabilities.add [ALL]: all powers, no device',
      fells: ['all-devices', 'may-use-devices', 'nothing-confines-it'],
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
    {
      id: 'hostNetwork-added',
      change: 'hostNetwork added: privileged as before, but on the node’s network',
      fells: ['namespaces-of-its-own'],
      mutate: ({ spec }) => (spec.hostNetwork = true),
    },
    {
      id: 'hostPID-added',
      change: 'hostPID added: privileged as before, but among the node’s processes',
      fells: ['namespaces-of-its-own'],
      mutate: ({ spec }) => (spec.hostPID = true),
    },
    {
      id: 'control-privileged-only',
      change:
        'hostNetwork, hostPID and hostIPC removed from the control: privileged mode alone brings none of them',
      fells: ['namespaces-of-its-own'],
      target: 'pod-host-namespaces',
      mutate: ({ spec }) => {
        delete spec.hostNetwork;
        delete spec.hostPID;
        delete spec.hostIPC;
      },
    },
  ],
});

function nodeHasMore({ node }: { node: number }): string | undefined {
  return node > DEFAULT_DEVICES.length
    ? undefined
    : 'the node itself has no devices beyond those of every container';
}

function nodeMustOpen({ openedOnNode }: { openedOnNode: string }): string | undefined {
  return openedOnNode === 'opens' ? undefined : `the node itself cannot open the device: ${openedOnNode}`;
}
