import type { Deadline } from '../../core/deadline.ts';
import type { DaemonFacts } from '../../docker/daemon-facts.ts';
import type { Check } from '../check.ts';
import { askingEngine, finding, ok } from '../findings.ts';
import { isNative, type AnsweringEngine, type Patient } from '../patient.ts';

interface Quirk {
  readonly seen: string;
  readonly cause: string;
  readonly fix: string;
}

const TRIED = 'asked the daemon for its security options, its file system and its folder; asked firewalld';

export const quirks: Check = {
  id: 'D24',
  title: 'Known troublemakers',
  moment: 'engine',
  about: {
    looks: 'Set-ups of the engine with which kind is known to have trouble.',
    matters: 'Each works for most people and fails for some; the hint saves the search.',
    levels: {
      warn: 'One of them is there: Docker from snap, SELinux, Btrfs or ZFS, firewalld with nftables.',
    },
    fix: [
      'Docker from snap cannot see the system’s folder for temporary files: keep the cache below your home folder.',
      'SELinux: if pods fail with “permission denied” on `/dev/dma_heap`, update the kernel, or `sudo setenforce 0` for a test.',
      'Btrfs, ZFS: if the kubelet says “failed to get rootfs info”, move the engine’s data to another file system.',
      'firewalld with nftables keeps nodes apart: `FirewallBackend=iptables` in `/etc/firewalld/firewalld.conf`, then restart firewalld and Docker.',
    ],
    links: ['https://kind.sigs.k8s.io/docs/user/known-issues/'],
  },
  look: askingEngine(TRIED, async (engine, patient, deadline) => {
    const found = [...ofDaemon(engine.daemon), ...(await ofFirewall(engine, patient, deadline))];
    if (found.length === 0) return ok(TRIED, 'none');
    return finding('warn', {
      tried: TRIED,
      seen: found.map(({ seen }) => seen).join('; '),
      cause: found.map(({ cause }) => cause).join(' '),
      fix: found.map(({ fix }) => fix).join(' '),
    });
  }),
};

function ofDaemon({ dataRoot, security, storageDriver, backingFilesystem }: DaemonFacts): readonly Quirk[] {
  const quirk = (applies: boolean, seen: string, cause: string, fix: string): readonly Quirk[] =>
    applies ? [{ seen, cause, fix }] : [];
  const filesystem = [storageDriver, backingFilesystem].find((name) => name === 'btrfs' || name === 'zfs');
  return [
    ...quirk(
      dataRoot.startsWith('/var/snap/'),
      'Docker from snap',
      'It cannot read the system’s folder for temporary files.',
      'Keep the cache below your home folder, or install Docker from its own packages.',
    ),
    ...quirk(
      security.includes('selinux'),
      'SELinux is on',
      'With older policies pods are denied /dev/dma_heap.',
      'If that happens, update the kernel and the policy.',
    ),
    ...quirk(
      filesystem !== undefined,
      `the engine’s data is on ${filesystem ?? ''}`,
      'The kubelet may fail with “failed to get rootfs info”.',
      'If that happens, move the engine’s data (data-root) to ext4 or xfs.',
    ),
  ];
}

/** Only where the firewall is that of the nodes. */
async function ofFirewall(
  engine: AnsweringEngine,
  patient: Patient,
  deadline: Deadline,
): Promise<readonly Quirk[]> {
  if (!isNative(engine, patient)) return [];
  const settings = (await patient.files.text('/etc/firewalld/firewalld.conf')) ?? '';
  if (!/^\s*FirewallBackend\s*=\s*nftables/m.test(settings)) return [];
  const state = await patient.shell.run(['firewall-cmd', '--state'], { deadline });
  if (state.kind !== 'exited' || state.exitCode !== 0) return [];
  return [
    {
      seen: 'firewalld runs with nftables',
      cause: 'Nodes may not reach each other.',
      fix: 'FirewallBackend=iptables in /etc/firewalld/firewalld.conf, then restart firewalld and Docker.',
    },
  ];
}
