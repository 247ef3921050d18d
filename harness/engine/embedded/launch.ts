import { spawn } from 'node:child_process';
import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InfrastructureError } from '../../core/errors.ts';
import { CONTAINERD_SOCKET, containerdConfig, daemonArguments } from './daemon-config.ts';
import type { EngineLayout } from './layout.ts';
import type { EnginePackages } from './packages.ts';

/**
 * Runs in a mount namespace of its own, so that no mount of the daemon ever shows on the host and all of them end
 * with it. /run/containerd becomes private there: dockerd would otherwise use a containerd of the host that listens
 * in it, and the shims put their sockets there whatever they are told.
 *
 * containerd is started first, because dockerd needs a second longer to start and to end one of its own. As many
 * files may be open as the hard limit allows, up to what Docker's own service file is used to: containers inherit it.
 *
 * The text is constant; paths come as "$@": busybox, containerd, its configuration, its socket, the daemon.
 */
const LAUNCHER = `
files=$(ulimit -H -n)
if [ "$files" = unlimited ] || [ "$files" -gt 1048576 ]; then files=1048576; fi
ulimit -S -n "$files"
mkdir -p /run/containerd
"$1" mount -t tmpfs -o mode=0700,nosuid,nodev podproof /run/containerd
"$2" --config "$3" &
tries=0
until [ -S "$4" ] || [ "$tries" -ge 500 ]; do
  "$1" sleep 0.02
  tries=$((tries + 1))
done
shift 4
exec "$@"
`;

/** Passed on to the daemon: how it reaches registries. Everything else of our environment is none of its business. */
const PASSED_ON = [
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
];

export interface LaunchOptions {
  readonly layout: EngineLayout;
  readonly packages: EnginePackages;
  readonly processEnv: Readonly<Record<string, string | undefined>>;
}

/**
 * Starts the daemon detached: it has its own session and survives us. Returns at once; use `askEngine` to see
 * whether it answers.
 *
 * @returns its pid, which stays the same through unshare, sh and dockerd because each replaces the one before
 * @throws InfrastructureError ENGINE_START_FAILED when not even `unshare` starts
 */
export async function launchDaemon({ layout, packages, processEnv }: LaunchOptions): Promise<number> {
  await prepare(layout);
  await using log = await open(layout.logFile, 'a', 0o600);
  const launcher = [packages.busybox, packages.containerd, layout.containerdConfigFile, CONTAINERD_SOCKET];
  const words = [
    '--mount',
    '--propagation',
    'slave',
    '--',
    'sh',
    '-ec',
    LAUNCHER,
    'podproof-engine',
    ...launcher,
  ];
  const child = spawn('unshare', [...words, packages.dockerd, ...daemonArguments(layout, packages)], {
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env: daemonEnvironment(layout, packages, processEnv),
    cwd: '/',
  });
  const failed = Promise.withResolvers<never>();
  child.once('error', (error) => {
    failed.reject(
      new InfrastructureError('ENGINE_START_FAILED', 'The embedded engine did not start.', { cause: error }),
    );
  });
  const spawned = Promise.withResolvers<undefined>();
  child.once('spawn', () => {
    spawned.resolve(undefined);
  });
  await Promise.race([spawned.promise, failed.promise]);
  child.unref();
  if (child.pid === undefined)
    throw new InfrastructureError('ENGINE_START_FAILED', 'The embedded engine has no pid.');
  return child.pid;
}

async function prepare(layout: EngineLayout): Promise<void> {
  for (const folder of [layout.dataRoot, layout.cliConfig, layout.temporary]) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  }
  // Networks live as long as the daemon: one that comes back from the database keeps its subnet even when the host
  // or another engine uses it by now, and then nothing can reach its containers.
  await rm(join(layout.dataRoot, 'network'), { recursive: true, force: true });
  // Flags say everything; without a file of our own dockerd would read the one of the host.
  await writeFile(layout.configFile, '{}\n', { mode: 0o600 });
  await writeFile(layout.containerdConfigFile, containerdConfig(layout), { mode: 0o600 });
  await rename(layout.logFile, `${layout.logFile}.previous`).catch(() => undefined);
}

function daemonEnvironment(
  layout: EngineLayout,
  packages: EnginePackages,
  processEnv: LaunchOptions['processEnv'],
): Record<string, string> {
  const passedOn = PASSED_ON.flatMap((name) => {
    const value = processEnv[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(passedOn),
    ...packages.env,
    PATH: [...packages.path, processEnv['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin'].join(':'),
    PODPROOF_CHAINS: layout.chainPrefix,
    PODPROOF_XTABLES: packages.xtables,
    // As in a container: no AppArmor profile, which would stay loaded in the kernel. Nodes run unconfined anyway.
    container: 'podproof',
    // No firewalld through D-Bus: it would get a permanent zone, and chains under Docker's own names.
    DBUS_SYSTEM_BUS_ADDRESS: 'unix:path=/run/containerd/none',
    TMPDIR: layout.temporary,
    HOME: layout.folder,
  };
}
