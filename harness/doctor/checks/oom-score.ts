import type { Finding } from '../../core/diagnosis.ts';
import type { Check } from '../check.ts';
import { finding, info, noEngine, noProbe, ok, skipped } from '../findings.ts';
import { imagesOfNodes } from '../node-images.ts';
import type { ProbeAnswer } from '../probe-script.ts';

const TRIED = 'wrote -1 to oom_score_adj in a privileged container that was removed again';

export const oomScore: Check = {
  id: 'D27',
  title: 'Privileged containers',
  moment: 'cluster',
  about: {
    looks:
      'Starts a privileged container from the node image, as kind starts its nodes, and tries to lower its OOM score there. Looks whether the image’s containerd is told to live without that.',
    matters:
      'Without CAP_SYS_RESOURCE (nested and hardened virtual machines) nobody can lower an OOM score. Old engines then cannot start nodes at all, and in nodes whose containerd does not know about it every pod hangs in ContainerCreating.',
    levels: {
      'auto-fixed': 'It cannot be lowered, and the node image has `restrict_oom_score_adj = true`.',
      info: 'It cannot be lowered; there is no node image yet, and the one that podproof builds lives with that.',
      fail: 'A privileged container does not start; or it cannot be lowered and the node image does not know.',
    },
    fix: [
      'Use an engine with that capability, or another version: Docker 20.10 fails without it, 26.1 and 28.5 work.',
      'Use the node image that podproof builds (leave `--image` out where no registry answers).',
    ],
    links: ['https://github.com/containerd/containerd/blob/main/docs/cri/config.md'],
  },
  async look(patient, deadline) {
    const engine = await patient.engine();
    if (engine.kind !== 'answers') return skipped(TRIED, noEngine(engine));
    const probe = await patient.probe();
    if (probe.kind === 'failed') return notStarted(engine.daemon.version, probe);
    if (probe.kind !== 'ran') return skipped(TRIED, noProbe(probe));
    if (probe.lowersOomScore) return ok(TRIED, 'it can be lowered');
    const nodeImages = await imagesOfNodes(patient, deadline);
    return withoutCapability(probe, nodeImages.includes(probe.image));
  },
};

function withoutCapability(
  { image, restrictsOomScore }: ProbeAnswer & { kind: 'ran' },
  isNodeImage: boolean,
): Finding {
  const seen = 'no CAP_SYS_RESOURCE: it cannot be lowered';
  const cause = 'containerd in a node protects its pods by that, unless it is told to live without.';
  // Which image it will be is not known before a run has pulled or built it; ours lives with that.
  if (!isNodeImage) return info(TRIED, `${seen}; there is no node image yet`);
  if (restrictsOomScore) {
    return finding('auto-fixed', {
      tried: TRIED,
      seen: `${seen}; ${image} has restrict_oom_score_adj = true`,
      cause,
    });
  }
  return finding('fail', {
    tried: TRIED,
    seen: `${seen}, and ${image} does not know about it`,
    cause: 'Every pod would hang in ContainerCreating.',
    fix: `Use the node image that podproof builds: docker image rm ${image}, and leave --image out.`,
  });
}

function notStarted(version: string, { image, why }: ProbeAnswer & { kind: 'failed' }): Finding {
  return finding('fail', {
    tried: TRIED,
    seen: `a privileged container of ${image} did not run: ${why}`,
    cause: `Docker ${version} cannot start privileged containers here, so it cannot start nodes.`,
    fix: 'Without CAP_SYS_RESOURCE Docker 20.10 fails, 26.1 and 28.5 work: update the engine.',
  });
}
