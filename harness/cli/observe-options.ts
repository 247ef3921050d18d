import { InvalidArgumentError, type Command } from 'commander';

/** `podproof observe -f any.yaml` */
export function addObserve(
  program: Command,
  run: (flags: Readonly<Record<string, unknown>>) => Promise<void>,
): void {
  program
    .command('observe')
    .description(
      'apply any pod manifest beside a control and tell what it gets on the node. Its commands really run there: ' +
        'a privileged container is root on the kernel of this machine',
    )
    .requiredOption(
      '-f, --filename <path>',
      'manifest, folder of manifests, or - for standard input; may be repeated',
      (path: string, earlier: readonly string[] | undefined) => [...(earlier ?? []), path],
    )
    .option('--json', 'print the report as JSON (schema 1)')
    .option('--substitute-image', 'where an image cannot be pulled, run the image of podproof in its place')
    .option('--no-control', 'without the same pod that lacks the host-level fields')
    .option('--keep', 'keep the cluster (and an embedded engine) for the next run')
    .option('--nodes <n>', 'number of nodes with the control plane (default: 3)', whole)
    .option('--kubernetes <minor>', 'version of Kubernetes, such as 1.36 (default: the newest)')
    .option('--timeout <minutes>', 'for everything, with what must be built first (default: 60)')
    .option('--verbose', 'show the evidence: every command and its answer')
    .option('--no-color', 'no colours')
    .action(async (flags: Record<string, unknown>) => run(flags));
}

function whole(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('a whole number is needed.');
  return Number(text);
}
