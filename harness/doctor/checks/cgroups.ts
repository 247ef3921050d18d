import { kindConfig } from '../../clusters/kind/config.ts';
import type { Check } from '../check.ts';
import { finding, noEngine, ok, skipped } from '../findings.ts';
import type { EngineState, Patient } from '../patient.ts';

/** statfs(2) of /sys/fs/cgroup where only version 2 is mounted. */
const CGROUP2_MAGIC = 0x63677270;

export const cgroups: Check = {
  id: 'D06',
  title: 'Control groups',
  moment: 'engine',
  about: {
    looks:
      'The cgroup version of the daemon, and whether the kind configuration that a run writes patches the kubelet.',
    matters: 'Since Kubernetes 1.35 the kubelet refuses to start on cgroup v1 unless it is told to.',
    levels: {
      'auto-fixed':
        'cgroup v1: the kubelet gets `failCgroupV1: false` and `cgroupDriver: cgroupfs`; the result says so.',
      fail: 'cgroup v1, and the provider takes no kubelet configuration.',
    },
    fix: [
      'Nothing to do. To be rid of it, boot with cgroup v2: kernel parameter `systemd.unified_cgroup_hierarchy=1`, on WSL2 `kernelCommandLine = cgroup_no_v1=all` in `.wslconfig`.',
    ],
    links: ['https://kubernetes.io/docs/concepts/architecture/cgroups/'],
  },
  async look(patient) {
    const tried = 'asked for the cgroup version and looked at the configuration for kind';
    const engine = await patient.engine();
    const version = await versionOf(engine, patient);
    if (version === undefined)
      return skipped(tried, engine.kind === 'answers' ? 'unknown' : noEngine(engine));
    if (version === '2') return ok(tried, 'cgroup v2');
    const { nodes, image = 'newest' } = patient.wish;
    const isPatched = kindConfig({ nodes, image, cgroupVersion: version }).includes('cgroupfs');
    const cause = 'The kubelet of Kubernetes 1.35 and newer refuses cgroup v1 by default.';
    return isPatched
      ? finding('auto-fixed', {
          tried,
          seen: 'cgroup v1: the kubelet gets failCgroupV1: false and cgroupDriver: cgroupfs',
          cause,
        })
      : finding('fail', { tried, seen: 'cgroup v1, and no patch', cause, fix: 'Boot with cgroup v2.' });
  },
};

/** An embedded engine would have the version of this machine. */
async function versionOf(engine: EngineState, { files }: Patient): Promise<string | undefined> {
  if (engine.kind === 'answers') return engine.daemon.cgroupVersion || undefined;
  if (engine.kind === 'unusable') return undefined;
  const disk = await files.disk('/sys/fs/cgroup');
  return disk && (disk.type === CGROUP2_MAGIC ? '2' : '1');
}
