import { killProcesses } from '../kill-processes.ts';
import { CLUSTER_LABEL } from './labels.ts';

/**
 * Ends a `kind create cluster` that outlived its run, and the `docker run` below it: killed with SIGKILL, we cannot
 * take our children with us, and an orphan would go on making nodes while we remove them. Only a process whose
 * arguments name exactly this cluster is meant; names are random, so nobody else's can be. Where there is no /proc,
 * removing until nothing comes any more has to do.
 */
export async function killOrphans(cluster: string): Promise<void> {
  await killProcesses((argv) => makesNodesOf(cluster, argv));
}

/** @example makesNodesOf('podproof-3f2a91', ['kind', 'create', 'cluster', '--name', 'podproof-3f2a91']) // true */
export function makesNodesOf(cluster: string, argv: readonly string[]): boolean {
  const isKind =
    argv[1] === 'create' && argv[2] === 'cluster' && argv[argv.indexOf('--name') + 1] === cluster;
  const isRun = argv[1] === 'run' && argv.includes(`${CLUSTER_LABEL}=${cluster}`);
  return isKind || isRun;
}
