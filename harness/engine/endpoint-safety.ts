import { EnvironmentError, SafetyError } from '../core/errors.ts';

/**
 * Refuses engines on other machines: privileged containers would run there, and addresses, mounts and ports that
 * podproof looks at would be those of the wrong host.
 *
 * @throws SafetyError REMOTE_ENGINE (exit 8); EnvironmentError ENGINE_OVER_SSH because Docker's libraries and
 *   testcontainers cannot share one ssh endpoint with the CLI
 */
export function refuseRemote(endpoint: string, source: string, allowRemote: boolean): void {
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  const protocol = url?.protocol ?? '';
  if (protocol === 'unix:' || protocol === 'npipe:') return;
  const host = url?.hostname ?? '';
  if (!isLoopback(host) && !allowRemote) throw remote(endpoint, source, host);
  if (protocol === 'ssh:') throw overSsh(endpoint, source);
}

/** By name or number, and nothing that only starts like it: `127.0.0.1.example.org` is elsewhere. */
function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '');
  return bare === 'localhost' || bare === '::1' || /^127(?:\.\d{1,3}){3}$/.test(bare);
}

function remote(endpoint: string, source: string, host: string): SafetyError {
  return new SafetyError(
    'REMOTE_ENGINE',
    `${source} points at a Docker engine on another machine (${host === '' ? endpoint : host}): privileged scenarios would run there.`,
    {
      hint: 'Use a local engine, or pass --allow-remote-docker if that machine is meant.',
      context: { endpoint, source },
    },
  );
}

function overSsh(endpoint: string, source: string): EnvironmentError {
  return new EnvironmentError(
    'ENGINE_OVER_SSH',
    `${source} is ${endpoint}: podproof cannot talk to an engine over ssh.`,
    {
      hint: 'Forward the socket and use that: `ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock HOST` and DOCKER_HOST=unix:///tmp/docker.sock.',
    },
  );
}
