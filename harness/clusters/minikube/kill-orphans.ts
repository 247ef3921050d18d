import { killProcesses } from '../kill-processes.ts';
import { isOfCluster, NAME_LABEL } from './labels.ts';

/**
 * Ends a `minikube start` that outlived its run, and the `docker` calls below it that make something: see the same
 * function of kind.
 */
export async function killOrphans(cluster: string): Promise<void> {
  await killProcesses((argv) => makesNodesOf(cluster, argv));
}

/** @example makesNodesOf('podproof-3f2a91', ['minikube', 'start', '--profile', 'podproof-3f2a91']) // true */
export function makesNodesOf(cluster: string, argv: readonly string[]): boolean {
  const isMinikube = argv[1] === 'start' && argv[argv.indexOf('--profile') + 1] === cluster;
  const label = argv.find((word) => word.includes(`${NAME_LABEL}=`)) ?? '';
  const isDocker = ['run', 'volume', 'network'].includes(argv[1] ?? '');
  return (
    isMinikube ||
    (isDocker && isOfCluster(cluster, label.slice(label.indexOf('=', label.indexOf(NAME_LABEL)) + 1)))
  );
}
