import { readdir, readFile } from 'node:fs/promises';
import { CLUSTER_LABEL } from './labels.ts';

/**
 * Ends a `kind create cluster` that outlived its run, and the `docker run` below it: killed with SIGKILL, we cannot
 * take our children with us, and an orphan would go on making nodes while we remove them. Only a process whose
 * arguments name exactly this cluster is meant; names are random, so nobody else's can be. Linux only: elsewhere
 * there is no /proc, and removing until nothing comes any more has to do.
 */
export async function killOrphans(cluster: string): Promise<void> {
  const entries = await readdir('/proc').catch(() => []);
  const pids = entries.filter((name) => /^\d+$/.test(name)).map(Number);
  await Promise.all(
    pids.map(async (pid) => {
      const text = await readFile(`/proc/${String(pid)}/cmdline`, 'utf8').catch(() => '');
      if (pid === process.pid || !makesNodesOf(cluster, text.split('\0'))) return;
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended by itself meanwhile.
      }
    }),
  );
}

/** @example makesNodesOf('podproof-3f2a91', ['kind', 'create', 'cluster', '--name', 'podproof-3f2a91']) // true */
export function makesNodesOf(cluster: string, argv: readonly string[]): boolean {
  const isKind =
    argv[1] === 'create' && argv[2] === 'cluster' && argv[argv.indexOf('--name') + 1] === cluster;
  const isRun = argv[1] === 'run' && argv.includes(`${CLUSTER_LABEL}=${cluster}`);
  return isKind || isRun;
}
