import { delimiter, dirname, isAbsolute } from 'node:path';
import type { ProviderDeps } from './deps.ts';

/**
 * The environment for a tool that calls `docker` by that name: it is found and talks to our engine, and no variable of
 * the user that begins like the tool's own decides what we get. An empty value switches each of them off: that is how
 * kind v0.33 and minikube v1.38 (viper without AllowEmptyEnv) read theirs.
 */
export function toolEnvironment(
  prefix: string,
  { engine, environment }: Pick<ProviderDeps, 'engine' | 'environment'>,
): Readonly<Record<string, string>> {
  const inherited = Object.keys(environment).filter((name) => name.startsWith(prefix));
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
