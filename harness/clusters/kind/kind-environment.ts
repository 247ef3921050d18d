import { delimiter, dirname, isAbsolute } from 'node:path';
import type { ProviderDeps } from '../deps.ts';

/**
 * The environment for kind: `docker` is found and talks to our engine, and no KIND_… variable of the user decides
 * what we get. An empty value switches each of them off (kind v0.33: KIND_CLUSTER_NAME, KIND_EXPERIMENTAL_PROVIDER
 * and KIND_EXPERIMENTAL_DOCKER_NETWORK are compared with '').
 */
export function kindEnvironment({
  engine,
  environment,
}: Pick<ProviderDeps, 'engine' | 'environment'>): Readonly<Record<string, string>> {
  const inherited = Object.keys(environment).filter((name) => name.startsWith('KIND_'));
  const path = engine.env['PATH'] ?? environment['PATH'] ?? '';
  return {
    ...Object.fromEntries(inherited.map((name) => [name, ''])),
    ...engine.env,
    DOCKER_HOST: engine.endpoint,
    // The client would let a context win over nothing, but it must not even read one.
    DOCKER_CONTEXT: '',
    // A bare name is found on PATH already.
    PATH: isAbsolute(engine.dockerCli) ? `${dirname(engine.dockerCli)}${delimiter}${path}` : path,
  };
}
