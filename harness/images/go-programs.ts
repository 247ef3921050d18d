import { join } from 'node:path';
import { requiredVersion, type GoProgram } from './go-modules.ts';
import { KUBERNETES_FOLDER } from './kubernetes-minors.ts';
import { seccompEnvironment } from './seccomp-stage.ts';
import { recipe, type Workshop } from './workshop.ts';

/** Parts of containerd that a node does not use and that need C libraries or add megabytes. */
const CONTAINERD_TAGS = 'no_btrfs,no_devmapper,no_zfs,no_aufs,no_tracing';

/**
 * Everything that is compiled from Go modules. Versions are read from the go.mod files, the one place where they are
 * kept. Longest first: nothing big should be left for the end.
 *
 * @param minor of Kubernetes, such as 1.37; everything else is the same for all of them
 */
export async function goPrograms(
  shop: Workshop,
  minor: string,
): Promise<{ programs: GoProgram[]; kubernetesVersion: string }> {
  const version = (folder: string, module: string): Promise<string> =>
    requiredVersion(recipe(shop, folder, 'go.mod'), module);
  const kubernetes = await version(join(KUBERNETES_FOLDER, minor), 'k8s.io/kubernetes');
  const containerd = await version('node-image/containerd', 'github.com/containerd/containerd/v2');
  const runc = await version('node-image/runc', 'github.com/opencontainers/runc');
  const cni = await version('node-image/cni', 'github.com/containernetworking/plugins');
  const registry = await version('registry-image/registry', 'github.com/distribution/distribution/v3');
  const coredns = await version('node-image/coredns', 'github.com/coredns/coredns');
  const crictl = await version('minikube-image/crictl', 'sigs.k8s.io/cri-tools');
  const program = (name: string, title: string, estimateMs: number): GoProgram => ({
    name,
    title: `node image: ${title}`,
    folder: join('node-image', name),
    estimateMs,
    target: '.',
  });
  const programs: GoProgram[] = [
    {
      ...program('kubernetes', `Kubernetes ${kubernetes}`, 520_000),
      folder: join(KUBERNETES_FOLDER, minor),
      ldflags: kubernetesFlags(kubernetes),
    },
    {
      ...program('containerd', `containerd ${containerd}`, 60_000),
      target: 'tool',
      tags: CONTAINERD_TAGS,
      ldflags: `-s -w -X github.com/containerd/containerd/v2/version.Version=${containerd}`,
    },
    { ...program('coredns', `CoreDNS ${coredns}`, 65_000) },
    {
      ...program('registry', `image registry ${registry}`, 55_000),
      folder: 'registry-image/registry',
    },
    {
      ...program('runc', `runc ${runc}`, 20_000),
      target: 'tool',
      // Static: it is started for every container and every exec, and need not look for libraries each time.
      tags: 'seccomp,netgo,osusergo',
      ldflags: `-s -w -X main.version=${runc.slice(1)} -linkmode external -extldflags -static`,
      cgo: { needs: 'seccomp', env: (folder) => seccompEnvironment(folder, shop.architecture) },
    },
    { ...program('cni', `CNI plugins ${cni}`, 8000), target: 'tool' },
    {
      ...program('crictl', `crictl ${crictl}`, 60_000),
      title: `minikube image: crictl ${crictl}`,
      folder: 'minikube-image/crictl',
      target: 'tool',
      ldflags: `-s -w -X sigs.k8s.io/cri-tools/pkg/version.Version=${crictl}`,
    },
    program('agent', 'CNI agent', 5000),
    { ...program('serve', 'server of the workload', 4000), folder: 'workload-image/serve' },
    { ...program('push', 'image pusher of the workload', 4000), folder: 'workload-image/push' },
    { ...program('session', 'sessions in the workload', 2000), folder: 'workload-image/session' },
  ];
  return { programs, kubernetesVersion: kubernetes };
}

/** Without the version kubeadm takes its kubelet for v0.0.0 and refuses it. */
function kubernetesFlags(version: string): string {
  const [major = '', minor = ''] = version.slice(1).split('.');
  const values = {
    gitVersion: version,
    gitMajor: major,
    gitMinor: minor,
    gitTreeState: 'clean',
    gitCommit: '',
    buildDate: '1970-01-01T00:00:00Z',
  };
  const packages = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'];
  const settings = packages.flatMap((path) =>
    Object.entries(values).map(([name, value]) => `-X ${path}.${name}=${value}`),
  );
  return ['-s -w', ...settings].join(' ');
}
