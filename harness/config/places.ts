import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Every folder podproof reads or writes. Nothing is ever written outside `cache` and `runs`. */
export interface Places {
  /** The project itself. */
  readonly root: string;
  readonly scenarios: string;
  /** Recipes of the images. */
  readonly recipes: string;
  /** What can be made again: engine, images, tools; also the state of kept clusters. */
  readonly cache: string;
  readonly runs: string;
}

/**
 * @param env reads PODPROOF_CACHE and XDG_CACHE_HOME for the cache, PODPROOF_RUNS for the run folders,
 *   PODPROOF_SCENARIOS for scenarios of one's own
 */
export function resolvePlaces(env: Readonly<Record<string, string | undefined>>): Places {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  return {
    root,
    scenarios: resolve(nonEmpty(env['PODPROOF_SCENARIOS']) ?? join(root, 'scenarios')),
    recipes: join(root, 'scripts'),
    cache: resolve(
      nonEmpty(env['PODPROOF_CACHE']) ??
        join(nonEmpty(env['XDG_CACHE_HOME']) ?? join(homedir(), '.cache'), 'podproof'),
    ),
    runs: resolve(nonEmpty(env['PODPROOF_RUNS']) ?? join(root, 'runs')),
  };
}

/**
 * The user's kubeconfig files, as kubectl finds them: those of KUBECONFIG, otherwise the one in the home folder.
 *
 * @example kubeconfigFiles({ KUBECONFIG: 'a:b' }) // ['a', 'b']
 */
export function kubeconfigFiles(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  const named = (env['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  return named.length > 0 ? named : [join(homedir(), '.kube', 'config')];
}

export function podproofVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
