import { createHash } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deadline } from '../../core/deadline.ts';
import { EnvironmentError } from '../../core/errors.ts';
import type { ProgressStep } from '../../core/progress.ts';
import type { DebianPackages } from '../../debian/packages.ts';

/** The unpacked programs and how to call them. */
export interface EnginePackages {
  readonly folder: string;
  /** Holds only `docker`, so that putting it on a PATH shadows nothing else. */
  readonly cliFolder: string;
  readonly docker: string;
  readonly dockerd: string;
  readonly containerd: string;
  readonly proxy: string;
  readonly init: string;
  /** A static busybox: `ip` and `mount` without depending on what the host has. */
  readonly busybox: string;
  readonly nft: string;
  /** The multi-call program behind the daemon's `iptables`. */
  readonly xtables: string;
  /** Plain links; `-save` and `-restore` are beside them. */
  readonly iptables: string;
  readonly ip6tables: string;
  /** PATH entries of the daemon, and library paths that the programs above need. */
  readonly path: readonly string[];
  readonly env: Readonly<Record<'LD_LIBRARY_PATH' | 'XTABLES_LIBDIR', string>>;
}

/**
 * Docker of trixie, because 20.10 of bookworm cannot start privileged containers without CAP_SYS_RESOURCE; the rest
 * of bookworm, which still knows cgroup v1. Needs libc 2.34 or newer.
 */
const TRIXIE = ['docker.io', 'docker-cli'] as const;
const BOOKWORM = [
  'containerd',
  'runc',
  'tini',
  'busybox-static',
  'iptables',
  'nftables',
  'libseccomp2',
  'libip4tc2',
  'libip6tc2',
  'libxtables12',
  'libnftnl11',
  'libmnl0',
  'libnfnetlink0',
  'libnetfilter-conntrack3',
  'libnftables1',
  'libjansson4',
  'libgmp10',
  'libedit2',
  'libbsd0',
  'libmd0',
  'libtinfo6',
] as const;
/** Raise it when the layout below changes; the lists themselves are part of the hash already. */
const LAYOUT_VERSION = 2;
const MULTIARCH: Readonly<Record<string, string>> = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };
const XTABLES_NAMES = [
  'iptables',
  'ip6tables',
  'iptables-save',
  'ip6tables-save',
  'iptables-restore',
  'ip6tables-restore',
] as const;

export interface UnpackOptions {
  readonly engineFolder: string;
  readonly packages: DebianPackages;
  readonly arch: string;
  readonly deadline: Deadline;
  readonly step: ProgressStep;
}

/**
 * Unpacks the engine's packages once; later calls find them. The folder appears by one rename, so a half-unpacked
 * one is never used. The caller holds the engine's lock.
 *
 * @throws EnvironmentError DEBIAN_PACKAGES_UNAVAILABLE
 */
export async function enginePackages(options: UnpackOptions): Promise<EnginePackages> {
  const found = await availablePackages(options.engineFolder, options.arch);
  if (found !== undefined) return found;
  const folder = packagesFolder(options.engineFolder, options.arch);
  await unpackTo(folder, options);
  return describePackages(folder, options.arch);
}

/** The unpacked programs if they are there. */
export async function availablePackages(
  engineFolder: string,
  arch: string,
): Promise<EnginePackages | undefined> {
  const folder = packagesFolder(engineFolder, arch);
  return (await exists(join(folder, 'versions.json'))) ? describePackages(folder, arch) : undefined;
}

/** Removes programs of earlier versions. Only while nothing of ours but the current ones can be running. */
export async function removeOtherVersions(engineFolder: string, current: string): Promise<void> {
  for (const name of await readdir(engineFolder)) {
    const path = join(engineFolder, name);
    if (!name.startsWith('packages-') || path === current) continue;
    await rm(path, { recursive: true, force: true });
  }
}

function packagesFolder(engineFolder: string, arch: string): string {
  const key = JSON.stringify([LAYOUT_VERSION, arch, TRIXIE, BOOKWORM]);
  return join(engineFolder, `packages-${createHash('sha256').update(key).digest('hex').slice(0, 10)}`);
}

async function unpackTo(folder: string, options: UnpackOptions): Promise<void> {
  const { packages, deadline, step } = options;
  const fresh = `${folder}.new`;
  const into = join(fresh, 'root');
  await rm(fresh, { recursive: true, force: true });
  await mkdir(into, { recursive: true, mode: 0o700 });
  const shared = { into, deadline, progress: step };
  const versions = [
    ...(await packages.unpack({ suite: 'bookworm', packages: BOOKWORM, ...shared })),
    ...(await packages.unpack({ suite: 'trixie', packages: TRIXIE, ...shared })),
  ];
  await link(fresh);
  await writeFile(join(fresh, 'versions.json'), JSON.stringify(versions, null, 2));
  await rename(fresh, folder).catch((error: unknown) => {
    throw new EnvironmentError('CACHE_UNWRITABLE', `Could not move ${fresh} to ${folder}`, { cause: error });
  });
}

/** Relative links, so that the folder can be moved or copied. */
async function link(fresh: string): Promise<void> {
  await mkdir(join(fresh, 'xtables'));
  await mkdir(join(fresh, 'cli'));
  for (const name of XTABLES_NAMES) {
    await symlink('../root/usr/sbin/xtables-nft-multi', join(fresh, 'xtables', name));
  }
  await symlink('../root/usr/bin/docker', join(fresh, 'cli', 'docker'));
  await mkdir(join(fresh, 'firewall'));
  for (const name of ['iptables', 'ip6tables']) {
    const path = join(fresh, 'firewall', name);
    await writeFile(path, renamingScript(name));
    await chmod(path, 0o700);
  }
}

/**
 * The daemon's `iptables`. Docker cannot be told other names for its chains, and on start it empties those called
 * DOCKER, also when they belong to another engine: so the names are replaced on the way. `DOCKER_OUTPUT` and
 * `DOCKER_POSTROUTING`, which it makes inside containers, keep theirs.
 */
function renamingScript(name: string): string {
  return `#!/bin/sh
left=$#
while [ "$left" -gt 0 ]; do
  case $1 in
    DOCKER | DOCKER-*) set -- "$@" "$PODPROOF_CHAINS\${1#DOCKER}" ;;
    *) set -- "$@" "$1" ;;
  esac
  shift
  left=$((left - 1))
done
exec "$PODPROOF_XTABLES" ${name} "$@"
`;
}

function describePackages(folder: string, arch: string): EnginePackages {
  const root = join(folder, 'root');
  const xtables = join(folder, 'xtables');
  const multiarch = MULTIARCH[arch] ?? '';
  const libraries = [join(root, 'usr/lib', multiarch), join(root, 'lib', multiarch)];
  return {
    folder,
    cliFolder: join(folder, 'cli'),
    docker: join(folder, 'cli', 'docker'),
    dockerd: join(root, 'usr/sbin/dockerd'),
    containerd: join(root, 'usr/bin/containerd'),
    proxy: join(root, 'usr/sbin/docker-proxy'),
    init: join(root, 'usr/bin/tini-static'),
    busybox: join(root, 'bin/busybox'),
    nft: join(root, 'usr/sbin/nft'),
    xtables: join(root, 'usr/sbin/xtables-nft-multi'),
    iptables: join(xtables, 'iptables'),
    ip6tables: join(xtables, 'ip6tables'),
    path: [join(folder, 'firewall'), xtables, join(root, 'usr/sbin'), join(root, 'usr/bin')],
    env: {
      LD_LIBRARY_PATH: libraries.join(':'),
      XTABLES_LIBDIR: join(root, 'usr/lib', multiarch, 'xtables'),
    },
  };
}

function exists(path: string): Promise<boolean> {
  return readFile(path).then(
    () => true,
    () => false,
  );
}
