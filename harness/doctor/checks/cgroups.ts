import { ON_CGROUP_V1 } from '../../clusters/k3s/plan.ts';
import { kindConfig } from '../../clusters/kind/config.ts';
import type { Check } from '../check.ts';
import { finding, noEngine, ok, skipped } from '../findings.ts';
import type { EngineState, Patient, Wish } from '../patient.ts';

/** statfs(2) of /sys/fs/cgroup where only version 2 is mounted. */
const CGROUP2_MAGIC = 0x63677270;

export const cgroups: Check = {
  id: 'D06',
  title: 'Control groups',
  moment: 'engine',
  about: {
    looks:
      'The cgroup version of the daemon, and what a run with the chosen provider tells the kubelet because of it. With `--provider attached` nothing: the nodes are not on this machine.',
    matters: 'Since Kubernetes 1.35 the kubelet refuses to start on cgroup v1 unless it is told to.',
    levels: {
      'auto-fixed':
        'cgroup v1: with kind the kubelet gets `failCgroupV1: false` and `cgroupDriver: cgroupfs`, with k3s `fail-cgroupv1=false`, and the result says so; minikube tells it by itself.',
      fail: 'cgroup v1, and the provider takes no kubelet configuration.',
    },
    fix: [
      'Nothing to do. To be rid of it, boot with cgroup v2: kernel parameter `systemd.unified_cgroup_hierarchy=1`, on WSL2 `kernelCommandLine = cgroup_no_v1=all` in `.wslconfig`.',
    ],
    links: ['https://kubernetes.io/docs/concepts/architecture/cgroups/'],
  },
  async look(patient) {
    const tried = 'asked for the cgroup version';
    const { wish } = patient;
    if (wish.provider === 'attached') return skipped(tried, 'not needed for the provider attached');
    const engine = await patient.engine();
    const version = await versionOf(engine, patient);
    if (version === undefined)
      return skipped(tried, engine.kind === 'answers' ? 'unknown' : noEngine(engine));
    if (version === '2') return ok(tried, 'cgroup v2');
    const told = whatTheKubeletIsTold(wish, version);
    const cause = 'The kubelet of Kubernetes 1.35 and newer refuses cgroup v1 by default.';
    return told === undefined
      ? finding('fail', { tried, seen: 'cgroup v1, and no patch', cause, fix: 'Boot with cgroup v2.' })
      : finding('auto-fixed', { tried, seen: `cgroup v1: ${told}`, cause });
  },
};

/** From where the providers take it, so that this cannot tell what they do not do. */
function whatTheKubeletIsTold(
  { provider, nodes, image = 'newest' }: Wish,
  cgroupVersion: string,
): string | undefined {
  if (provider === 'minikube') return 'minikube (since 1.38) tells the kubelet to start anyway';
  if (provider === 'k3s') return `k3s gets ${ON_CGROUP_V1}`;
  const isPatched = kindConfig({ nodes, image, cgroupVersion }).includes('cgroupfs');
  return isPatched ? 'the kubelet gets failCgroupV1: false and cgroupDriver: cgroupfs' : undefined;
}

/** An embedded engine would have the version of this machine. */
async function versionOf(engine: EngineState, { files }: Patient): Promise<string | undefined> {
  if (engine.kind === 'answers') return engine.daemon.cgroupVersion || undefined;
  if (engine.kind === 'unusable') return undefined;
  const disk = await files.disk('/sys/fs/cgroup');
  return disk && (disk.type === CGROUP2_MAGIC ? '2' : '1');
}
