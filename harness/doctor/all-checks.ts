import type { Check } from './check.ts';
import { architecture } from './checks/architecture.ts';
import { attached } from './checks/attached.ts';
import { cgroups } from './checks/cgroups.ts';
import { clock } from './checks/clock.ts';
import { diskSpace } from './checks/disk-space.ts';
import { engineAnswers } from './checks/engine.ts';
import { folders } from './checks/folders.ts';
import { hubQuota } from './checks/hub-quota.ts';
import { images } from './checks/images.ts';
import { imageStore } from './checks/image-store.ts';
import { inotify } from './checks/inotify.ts';
import { kind } from './checks/kind.ts';
import { kubeconfigLock } from './checks/kubeconfig-lock.ts';
import { leftovers } from './checks/leftovers.ts';
import { linuxContainers } from './checks/linux-containers.ts';
import { localDaemon } from './checks/local-daemon.ts';
import { minikube } from './checks/minikube.ts';
import { networkOverlap } from './checks/network-overlap.ts';
import { nodeVersion } from './checks/node.ts';
import { oneDaemon } from './checks/one-daemon.ts';
import { oomScore } from './checks/oom-score.ts';
import { otherClusters } from './checks/other-clusters.ts';
import { proxy } from './checks/proxy.ts';
import { quirks } from './checks/quirks.ts';
import { rootless } from './checks/rootless.ts';
import { size } from './checks/size.ts';
import { vantages } from './checks/vantages.ts';

/** Every check, by id. D14 is not given: podproof asks for no port of this machine. A new one is a file and a line. */
export const CHECKS: readonly Check[] = [
  nodeVersion,
  engineAnswers,
  oneDaemon,
  localDaemon,
  linuxContainers,
  cgroups,
  rootless,
  size,
  diskSpace,
  inotify,
  imageStore,
  architecture,
  kind,
  networkOverlap,
  proxy,
  clock,
  leftovers,
  otherClusters,
  kubeconfigLock,
  attached,
  images,
  hubQuota,
  quirks,
  vantages,
  folders,
  oomScore,
  minikube,
];
