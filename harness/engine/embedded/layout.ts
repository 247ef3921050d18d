import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { EnvironmentError } from '../../core/errors.ts';

/** Every path and name that belongs to the embedded engine of one cache folder. */
export interface EngineLayout {
  readonly folder: string;
  readonly socket: string;
  readonly dataRoot: string;
  readonly pidFile: string;
  readonly logFile: string;
  readonly configFile: string;
  readonly containerdConfigFile: string;
  /** DOCKER_CONFIG of the CLI: the user's credential helpers and contexts stay out of it. */
  readonly cliConfig: string;
  readonly temporary: string;
  readonly leases: string;
  readonly lockFile: string;
  /** Which process the daemon is. */
  readonly stateFile: string;
  /** How the host was before the daemon started; exists exactly while something may have to be put back. */
  readonly recordFile: string;
  /** Parent of all cgroups of our containers, in every hierarchy. Unique, so that no other engine shares it. */
  readonly cgroupParent: string;
  /** Our daemon's firewall chains are called `<prefix>`, `<prefix>-USER` and so on instead of `DOCKER…`. */
  readonly chainPrefix: string;
}

/** sun_path of unix(7) holds 108 bytes including the final zero. */
const MAX_SOCKET_PATH = 107;

/**
 * @throws EnvironmentError CACHE_PATH_TOO_LONG when the socket would not fit
 * @example engineLayout('/root/.cache/podproof').socket // '/root/.cache/podproof/engine/docker.sock'
 */
export function engineLayout(cacheDir: string): EngineLayout {
  const folder = join(cacheDir, 'engine');
  const at = (name: string): string => join(folder, name);
  const socket = at('docker.sock');
  if (Buffer.byteLength(socket) > MAX_SOCKET_PATH) {
    throw new EnvironmentError(
      'CACHE_PATH_TOO_LONG',
      `The socket path ${socket} is longer than the ${String(MAX_SOCKET_PATH)} bytes that Linux allows.`,
      { hint: 'Choose a shorter cache folder with PODPROOF_CACHE.' },
    );
  }
  const id = createHash('sha256').update(folder).digest('hex').slice(0, 6);
  return {
    folder,
    socket,
    dataRoot: at('data'),
    pidFile: at('dockerd.pid'),
    logFile: at('dockerd.log'),
    configFile: at('daemon.json'),
    containerdConfigFile: at('containerd.toml'),
    cliConfig: at('cli'),
    temporary: at('tmp'),
    leases: at('leases'),
    lockFile: at('lock'),
    stateFile: at('state.json'),
    recordFile: at('host-before.json'),
    cgroupParent: `podproof-${id}`,
    // Docker's longest chain name has 18 more characters, and the kernel allows 28.
    chainPrefix: `PP${id}`,
  };
}
