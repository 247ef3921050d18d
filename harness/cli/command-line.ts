import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import type { ExitCode } from '../core/exit-codes.ts';
import { EXIT_CODES } from '../core/exit-codes.ts';
import { matrixSettings, type MatrixSettings } from '../config/matrix-settings.ts';
import { observeSettings, type ObserveSettings } from '../config/observe-settings.ts';
import { runSettings, type RunSettings } from '../config/settings.ts';
import { addMatrix } from './matrix-options.ts';
import { addObserve } from './observe-options.ts';

/** What the words on the command line start. Each returns the exit code. */
export interface Commands {
  run(settings: RunSettings): Promise<ExitCode>;
  list(options: { readonly json: boolean }): Promise<ExitCode>;
  show(id: string, options: { readonly commands: boolean }): Promise<ExitCode>;
  validate(paths: readonly string[]): Promise<ExitCode>;
  report(run: string | undefined, options: ReportOptions): Promise<ExitCode>;
  clean(options: CleanOptions): Promise<ExitCode>;
  doctor(options: { readonly json: boolean; readonly settings: RunSettings }): Promise<ExitCode>;
  observe(settings: ObserveSettings): Promise<ExitCode>;
  saveImages(file: string): Promise<ExitCode>;
  matrix(settings: MatrixSettings): Promise<ExitCode>;
}

export interface CleanOptions {
  /** Also clusters that were kept, and a kept embedded engine. */
  readonly kept: boolean;
  /** Also everything that can be made again. */
  readonly cache: boolean;
  readonly dryRun: boolean;
}

export interface ReportOptions {
  readonly verbose: boolean;
}

export interface CommandLineOptions {
  readonly version: string;
  readonly write: (text: string) => void;
  readonly writeError: (text: string) => void;
  readonly commands: Commands;
}

/**
 * Parses arguments and runs the command they name. Wrong arguments are exit 2, with a suggestion where one is near.
 *
 * @throws HarnessError of the command
 */
export function commandLine(options: CommandLineOptions): (argv: readonly string[]) => Promise<ExitCode> {
  return async (argv) => {
    let exitCode: ExitCode = EXIT_CODES.ok;
    const program = build(options, (code) => (exitCode = code));
    try {
      await program.parseAsync(argv, { from: 'user' });
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
      // Help and version end the parsing with an error of code 0.
      return error.exitCode === 0 ? EXIT_CODES.ok : EXIT_CODES.usage;
    }
    return exitCode;
  };
}

type Finish = (code: ExitCode) => void;

function build({ version, write, writeError, commands }: CommandLineOptions, finish: Finish): Command {
  const program = new Command('podproof')
    .description(
      'Proves on a real cluster, from the pod and from the node, what an article on node and network security claims.',
    )
    .version(version)
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({ writeOut: write, writeErr: writeError });
  addRun(program, commands, finish);
  addReading(program, commands, finish);
  addCleaning(program, commands, finish);
  addDoctor(program, commands, finish);
  addSaveImages(program, commands, finish);
  addObserve(program, async (flags) => finish(await commands.observe(observeSettings(flags, process.env))));
  addMatrix(program, async (flags) => finish(await commands.matrix(matrixSettings(flags, process.env))));
  return program;
}

/** Which cluster: one that podproof makes, or one that is there. */
function addProvider(command: Command): Command {
  return command
    .addOption(
      new Option('--provider <name>', 'who makes the cluster').choices([
        'kind',
        'minikube',
        'k3s',
        'attached',
      ]),
    )
    .option('--context <name>', 'attached: the context of your kubeconfig; never the current one')
    .option('--i-own-this-cluster', 'attached: your word that privileged pods may run on its nodes')
    .option(
      '--allow-server <host>',
      'attached: a server that is not on this machine, as host or host:port; repeatable',
      (host: string, hosts: readonly string[]) => [...hosts, host],
      [],
    )
    .option('--allow-exec-plugin', 'attached: run the program that the kubeconfig names to sign in')
    .option('--workload-image <ref>', 'attached: where its nodes pull the workload image from');
}

function addRun(program: Command, commands: Commands, finish: Finish): void {
  addProvider(program.command('run', { isDefault: true }))
    .description('start a cluster, run the scenarios, tell what was observed, remove everything')
    .argument('[ids...]', 'scenarios to run; all when none is named')
    .option(
      '--mutants',
      'also run every scenario with a changed subject: each change must turn its claims red',
    )
    .option(
      '--every-node',
      'judge the claims about single pods on every node, not on one that speaks for all',
    )
    .option('--at-once <n>', 'with --every-node: nodes at work at the same time (default: 2)', whole)
    .option('--only <tag...>', 'only scenarios with one of these tags, such as core or correction')
    .option('--shuffle <seed>', 'begin the scenarios in another order, the same for the same number', whole)
    .option('--keep', 'keep the cluster (and an embedded engine) for the next run')
    .option('--fresh', 'make a new cluster even if a kept one fits')
    .option('--nodes <n>', 'number of nodes with the control plane (default: 3; k3s makes one)', whole)
    .option('--image <image>', 'node image (default: the one of kind, or our own where no registry answers)')
    .option('--kubernetes <minor>', 'version of Kubernetes, such as 1.36 (default: the newest)')
    .option('--json <file>', 'write the result as JSON (schema 1)')
    .option('--junit <file>', 'write the result as JUnit XML')
    .option('--timeout <minutes>', 'for everything, with what must be built first (default: 60)')
    .option(
      '--allow-remote-docker',
      'use a Docker engine on another machine, where privileged pods would run',
    )
    .option('--strict', 'exit 7 when something held only at its second attempt')
    .option('--no-jest', 'do not let Jest judge the record again')
    .option('--verbose', 'show the evidence of every claim')
    .option('--no-color', 'no colours')
    .action(async (ids: string[], flags: Record<string, unknown>) => {
      finish(await commands.run(runSettings({ ...flags, ids }, process.env)));
    });
}

function addReading(program: Command, commands: Commands, finish: Finish): void {
  program
    .command('list')
    .description('list scenarios and their claims')
    .option('--json', 'as JSON')
    .action(async (flags: { json?: boolean }) => {
      finish(await commands.list({ json: flags.json === true }));
    });
  program
    .command('show')
    .description('show one scenario: claims, sources, controls, mutants, manifest')
    .argument('<id>')
    .option('--commands', 'only the plain commands with which to repeat it by hand')
    .action(async (id: string, flags: { commands?: boolean }) => {
      finish(await commands.show(id, { commands: flags.commands === true }));
    });
  program
    .command('validate')
    .description('check scenario files without a cluster')
    .argument('[folders...]', 'folders that hold scenarios (default: scenarios/)')
    .action(async (paths: string[]) => {
      finish(await commands.validate(paths));
    });
  program
    .command('report')
    .description('show a stored run again and judge it again, without a cluster')
    .argument('[run]', 'a run folder, a bundle.tar.gz or the id of a run (default: the newest)')
    .option('--verbose', 'show the evidence of every claim')
    .option('--no-color', 'no colours')
    .action(async (run: string | undefined, flags: { verbose?: boolean }) => {
      finish(await commands.report(run, { verbose: flags.verbose === true }));
    });
}

function addCleaning(program: Command, commands: Commands, finish: Finish): void {
  program
    .command('clean')
    .description('remove what dead runs left behind')
    .option('--all', 'also kept clusters, the embedded engine and everything cached')
    .option('--dry-run', 'only tell what would be removed')
    .action(async (flags: { all?: boolean; dryRun?: boolean }) => {
      finish(
        await commands.clean({
          kept: flags.all === true,
          cache: flags.all === true,
          dryRun: flags.dryRun === true,
        }),
      );
    });
  program
    .command('down')
    .description('remove kept clusters and stop a kept embedded engine; the cache stays')
    .action(async () => {
      finish(await commands.clean({ kept: true, cache: false, dryRun: false }));
    });
}

function addDoctor(program: Command, commands: Commands, finish: Finish): void {
  addProvider(program.command('doctor'))
    .description('look at this machine and tell what would keep a run from working; changes nothing')
    .option('--json', 'as JSON (schema 1)')
    .option('--nodes <n>', 'as for run', whole)
    .option('--image <image>', 'as for run')
    .option('--kubernetes <minor>', 'as for run')
    .option('--allow-remote-docker', 'as for run')
    .option('--no-color', 'no colours')
    .action(async ({ json, ...flags }: { json?: boolean } & Record<string, unknown>) => {
      finish(await commands.doctor({ json: json === true, settings: runSettings(flags, process.env) }));
    });
}

function addSaveImages(program: Command, commands: Commands, finish: Finish): void {
  program
    .command('save-images')
    .description('write the images that the nodes of an attached cluster need into one archive')
    .argument('<file>')
    .action(async (file: string) => {
      finish(await commands.saveImages(file));
    });
}

function whole(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('a whole number is needed.');
  return Number(text);
}
