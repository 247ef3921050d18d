import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bootstrap } from './bootstrap.ts';
import type { Stage } from './stage.ts';
import type { Workshop } from './workshop.ts';

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
  ...['var/cache/debconf', 'var/log', 'debootstrap'],
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
      await bootstrap(shop, job, { suite: SUITE, packages: PACKAGES, tree });
      await Promise.all(REMOVED.map((path) => rm(join(tree, path), { recursive: true, force: true })));
      await Promise.all(
        ['var/log', 'var/cache/apt', 'var/lib/apt/lists'].map((path) => makeFolder(tree, path)),
      );
      await writeFile(join(tree, 'etc/machine-id'), '');
    },
  };
}

async function makeFolder(tree: string, path: string): Promise<string> {
  const folder = join(tree, path);
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
  return folder;
}
