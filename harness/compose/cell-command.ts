import { join } from 'node:path';
import { fingerprint } from '../clusters/fingerprint.ts';
import { podproofVersion, type Places } from '../config/places.ts';
import type { RunSettings } from '../config/settings.ts';
import { hashPaths } from '../images/stage-keys.ts';
import type { Cell } from '../matrix/cell.ts';

/** Of every image that a run may build. */
const RECIPES = ['node-image', 'workload-image', 'registry-image', 'minikube-image', 'k3s-image'];

/** The command line of the run of one cell, without the file for its result. */
export function cellArguments(cell: Cell, settings: RunSettings): readonly string[] {
  const { ids, only, mutants, strict, jest, shuffle, allowRemoteDocker, timeout } = settings;
  const when = (applies: boolean, ...words: readonly string[]): readonly string[] => (applies ? words : []);
  return [
    'run',
    ...ids,
    ...when(only.length > 0, '--only', ...only),
    ...['--provider', cell.provider, '--kubernetes', cell.kubernetes, '--nodes', String(cell.nodes)],
    ...when(mutants, '--mutants'),
    ...when(strict, '--strict'),
    ...when(!jest, '--no-jest'),
    ...when(shuffle !== undefined, '--shuffle', String(shuffle)),
    ...when(allowRemoteDocker, '--allow-remote-docker'),
    ...['--timeout', String(timeout), '--no-color'],
  ];
}

/**
 * Names everything that decides what comes out of a cell, as far as it is known before it runs: podproof itself with
 * its libraries, scenarios, recipes of images, the words of the command and the engine. A new version of kind or Docker on this
 * machine is not noticed.
 *
 * @returns a function that gives the fingerprint of one command line
 */
export async function inputsOf(
  { root, scenarios, recipes }: Places,
  env: Readonly<Record<string, string | undefined>>,
): Promise<(args: readonly string[]) => string> {
  const images = RECIPES.map((name) => join(recipes, name));
  const code = [join(root, 'harness'), join(root, 'package-lock.json')];
  const files = await Promise.all([code, [scenarios], images].map(hashPaths));
  const fixed = [podproofVersion(), ...files, env['DOCKER_HOST'] ?? '', env['DOCKER_CONTEXT'] ?? ''];
  return (args) => fingerprint({ fixed: JSON.stringify(fixed), args: JSON.stringify(args) });
}
