import { join } from 'node:path';
import type { EngineLayout } from './layout.ts';
import type { EnginePackages } from './packages.ts';

/**
 * Inside the folder that only the daemon sees: state that must not outlive it, on paths short enough for sockets.
 */
const EXEC_ROOT = '/run/containerd/podproof';
export const CONTAINERD_SOCKET = '/run/containerd/containerd.sock';

/** @see dockerd(8) */
export function daemonArguments(layout: EngineLayout, packages: EnginePackages): readonly string[] {
  return [
    `--config-file=${layout.configFile}`,
    `--host=unix://${layout.socket}`,
    '--group=0',
    `--data-root=${layout.dataRoot}`,
    `--exec-root=${EXEC_ROOT}`,
    `--pidfile=${layout.pidFile}`,
    `--containerd=${CONTAINERD_SOCKET}`,
    // No default bridge: kind and testcontainers make networks of their own.
    '--bridge=none',
    `--userland-proxy-path=${packages.proxy}`,
    `--init-path=${packages.init}`,
    '--ip6tables=false',
    '--live-restore=false',
    '--storage-driver=overlay2',
    '--exec-opt=native.cgroupdriver=cgroupfs',
    '--default-cgroupns-mode=private',
    `--cgroup-parent=/${layout.cgroupParent}`,
    '--log-driver=json-file',
    '--log-opt=max-size=20m',
    '--log-opt=max-file=2',
    '--shutdown-timeout=5',
  ];
}

/**
 * What dockerd would write for a containerd of its own, and without the plug-in that makes folders below /opt.
 *
 * @see containerd-config.toml(5)
 */
export function containerdConfig(layout: EngineLayout): string {
  return [
    'version = 2',
    `root = ${JSON.stringify(join(layout.dataRoot, 'containerd/daemon'))}`,
    `state = "${EXEC_ROOT}/containerd"`,
    'disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]',
    '[grpc]',
    `address = "${CONTAINERD_SOCKET}"`,
    '',
  ].join('\n');
}
