import type { Command } from 'commander';

/** `podproof matrix --kubernetes 1.36,1.37`, or `--compare a.json b.json` */
export function addMatrix(
  program: Command,
  run: (flags: Readonly<Record<string, unknown>>) => Promise<void>,
): void {
  program
    .command('matrix')
    .description('run the scenarios on several providers and versions of Kubernetes and compare the results')
    .argument('[ids...]', 'scenarios to run; all when none is named')
    .option('--kubernetes <minors>', 'versions, such as 1.36,1.37 (default: all that there are)')
    .option('--provider <names>', 'who makes the clusters, such as kind,minikube')
    .option('--nodes <counts>', 'numbers of nodes with the control plane, such as 1,3 (default: as for run)')
    .option('--name <name>', 'of the folder runs/matrix-<name>, in which results are found again')
    .option('--fresh', 'also run cells whose result is there already')
    .option('--compare <results...>', 'run nothing, compare these results (result.json or run folders)')
    .option('--mutants', 'as for run')
    .option('--only <tag...>', 'as for run')
    .option('--strict', 'as for run')
    .option('--no-jest', 'as for run')
    .option('--allow-remote-docker', 'as for run')
    .option('--timeout <minutes>', 'for each cell, with what must be built first (default: 60)')
    .option('--json <file>', 'also write the comparison there as JSON (schema 1)')
    .option('--markdown <file>', 'also write the comparison there as Markdown')
    .option('--verbose', 'also show claims with the same verdict that look otherwise')
    .option('--no-color', 'no colours')
    .action(async (ids: string[], flags: Record<string, unknown>) => run({ ...flags, ids }));
}
