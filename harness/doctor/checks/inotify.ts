import type { Finding } from '../../core/diagnosis.ts';
import type { Check } from '../check.ts';
import { finding, noEngine, noProbe, ok, skipped } from '../findings.ts';
import { isNative, type Patient } from '../patient.ts';

const INSTANCES = 512;
const WATCHES = 524_288;
/** Counted on three nodes of Kubernetes 1.37: 16 on each, 13 more on the control plane. */
const PER_NODE = 16;
const CONTROL_PLANE = 15;
const TRIED = 'read fs.inotify.max_user_instances and max_user_watches, and counted what is used';

interface Inotify {
  readonly instances: number;
  readonly watches: number;
  readonly used: number;
}

export const inotify: Check = {
  id: 'D10',
  title: 'inotify',
  moment: 'cluster',
  about: {
    looks:
      'The inotify limits of the kernel that runs the nodes, and how many instances are in use; in a virtual machine from inside a container.',
    matters:
      'systemd, containerd and the kubelet of every node watch files. When instances run out, a node boots half and never becomes Ready, with no word about the reason.',
    levels: {
      warn: 'The limits are below 512 instances or 524288 watches: enough for this run, maybe not for a second cluster.',
      fail: 'Too few instances are free for the nodes that were asked for.',
    },
    fix: [
      'As root: `sysctl fs.inotify.max_user_instances=512 fs.inotify.max_user_watches=524288`; to keep it, write both lines to `/etc/sysctl.d/99-podproof.conf`.',
      'Or end other clusters: `npm run podproof -- down`, `kind delete cluster`.',
    ],
    links: ['https://kind.sigs.k8s.io/docs/user/known-issues/#pod-errors-due-to-too-many-open-files'],
  },
  async look(patient) {
    const engine = await patient.engine();
    if (engine.kind === 'unusable') return skipped(TRIED, noEngine(engine));
    if (engine.kind === 'startable' || isNative(engine, patient)) {
      const here = await onThisMachine(patient);
      if (here !== undefined) return judge(here, patient.wish.nodes);
    }
    const probe = await patient.probe();
    return probe.kind === 'ran' ? judge(probe.inotify, patient.wish.nodes) : skipped(TRIED, noProbe(probe));
  },
};

async function onThisMachine({ files, machine }: Patient): Promise<Inotify | undefined> {
  // Descriptors of root's processes, the nodes among them, are closed to others.
  if (machine.uid !== 0) return undefined;
  const limit = async (name: string): Promise<number> =>
    Number((await files.text(`/proc/sys/fs/inotify/${name}`)) ?? Number.NaN);
  const [instances, watches, used] = await Promise.all([
    limit('max_user_instances'),
    limit('max_user_watches'),
    files.inotifyInstances(),
  ]);
  return Number.isNaN(instances) ? undefined : { instances, watches, used };
}

function judge({ instances, watches, used }: Inotify, nodes: number): Finding {
  const needed = CONTROL_PLANE + nodes * PER_NODE;
  const seen = `${String(instances)} instances, ${String(used)} used; ${String(watches)} watches`;
  const fix = `As root: sysctl fs.inotify.max_user_instances=${String(INSTANCES)} fs.inotify.max_user_watches=${String(WATCHES)}`;
  if (instances - used < needed) {
    return finding('fail', {
      tried: TRIED,
      seen,
      cause: `${String(nodes)} nodes need about ${String(needed)} instances: they would boot half and never be Ready.`,
      fix: `${fix}. Or end other clusters: npm run podproof -- down`,
    });
  }
  if (instances >= INSTANCES && watches >= WATCHES) return ok(TRIED, seen);
  return finding('warn', {
    tried: TRIED,
    seen,
    cause: `kind asks for ${String(INSTANCES)} and ${String(WATCHES)}; this is enough for ${String(nodes)} nodes, maybe not for another cluster beside them.`,
    fix,
  });
}
