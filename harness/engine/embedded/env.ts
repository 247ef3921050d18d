import type { EmbeddedContext } from './context.ts';

/**
 * What every client of the embedded engine gets. Laid over the process environment, hence the empty values. The
 * user's Docker configuration stays out of it: its contexts, proxies and credential helpers mean other engines.
 */
export function embeddedEnv({
  layout,
  packages,
  processEnv,
}: Pick<EmbeddedContext, 'layout' | 'packages' | 'processEnv'>): Readonly<Record<string, string>> {
  return {
    DOCKER_HOST: `unix://${layout.socket}`,
    DOCKER_CONTEXT: '',
    DOCKER_TLS_VERIFY: '',
    DOCKER_CERT_PATH: '',
    DOCKER_CONFIG: layout.cliConfig,
    // Debian's CLI comes without buildx.
    DOCKER_BUILDKIT: '0',
    KIND_EXPERIMENTAL_PROVIDER: 'docker',
    KIND_EXPERIMENTAL_DOCKER_NETWORK: 'kind',
    TESTCONTAINERS_RYUK_DISABLED: 'true',
    PATH: `${packages.cliFolder}:${processEnv['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin'}`,
  };
}
