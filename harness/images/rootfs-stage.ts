import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stage, StageJob } from './stage.ts';
import { work, type Workshop } from './workshop.ts';

/** The release of the node's root file system: its systemd (252) is the last that is at home on cgroup v1. */
const SUITE = 'bookworm';

/** What a node needs beyond a minimal Debian: for kubeadm and kubelet, and for those who look at the node from outside. */
const PACKAGES: readonly string[] = [
  ...['systemd', 'systemd-sysv', 'dbus', 'kmod', 'mount', 'util-linux', 'libseccomp2', 'ca-certificates'],
  ...['iptables', 'nftables', 'conntrack', 'ethtool', 'socat', 'iproute2', 'procps', 'curl', 'jq'],
];

/** Files that nobody reads on a node. */
const REMOVED: readonly string[] = [
  ...['usr/share/doc', 'usr/share/man', 'usr/share/locale', 'usr/share/info', 'usr/share/lintian'],
  ...['usr/share/bash-completion', 'usr/share/i18n', 'usr/share/bug', 'var/lib/apt/lists', 'var/cache/apt'],
  ...['var/cache/debconf', 'var/log', 'debootstrap', 'etc/dpkg/dpkg.cfg.d/podproof'],
];

/** The root file system of a node: a small Debian with systemd, in `<folder>/tree`. */
export function rootfsStage(shop: Workshop): Stage {
  return {
    name: 'rootfs',
    title: `node image: Debian ${SUITE} root file system`,
    estimateMs: 90_000,
    lane: 'network',
    needs: [],
    inputs: [],
    settings: { SUITE, PACKAGES, REMOVED, architecture: shop.architecture },
    async build(job) {
      const tree = join(job.into, 'tree');
      await bootstrap(shop, job, tree);
      await Promise.all(REMOVED.map((path) => rm(join(tree, path), { recursive: true, force: true })));
      await Promise.all(
        ['var/log', 'var/cache/apt', 'var/lib/apt/lists'].map((path) => makeFolder(tree, path)),
      );
      await writeFile(join(tree, 'etc/machine-id'), '');
    },
  };
}

async function bootstrap(shop: Workshop, job: StageJob, tree: string): Promise<void> {
  const tools = join(job.into, 'tools');
  const packages = ['debootstrap', 'debian-archive-keyring'];
  await shop.debian.unpack({
    suite: SUITE,
    packages,
    into: tools,
    deadline: job.deadline,
    progress: job.step,
  });
  const mirror = await shop.mirror(job.deadline);
  // Namespaces of its own: when it is interrupted no mount and no process stays behind.
  const inNamespaces = [
    '--mount',
    '--propagation',
    'private',
    '--pid',
    '--fork',
    '--kill-child',
    '--mount-proc',
  ];
  await work(
    shop,
    job,
    [
      'unshare',
      ...inNamespaces,
      join(tools, 'usr/sbin/debootstrap'),
      '--variant=minbase',
      `--arch=${shop.architecture}`,
      `--keyring=${join(tools, 'usr/share/keyrings/debian-archive-keyring.gpg')}`,
      `--include=${PACKAGES.join(',')}`,
      SUITE,
      tree,
      mirror.uri,
    ],
    {
      what: 'debootstrap',
      env: {
        DEBOOTSTRAP_DIR: join(tools, 'usr/share/debootstrap'),
        LC_ALL: 'C.UTF-8',
        ...mirror.env,
        // A crash may lose this tree, but then it is made again: waiting for the disk after every file buys nothing.
        DPKG_FORCE: 'unsafe-io',
      },
      onLine: (line) => {
        job.step.update(line.replace(/^[IW]: /, '').slice(0, 60));
      },
    },
  );
  await rm(tools, { recursive: true });
}

async function makeFolder(tree: string, path: string): Promise<string> {
  const folder = join(tree, path);
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
  return folder;
}
