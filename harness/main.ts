import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { podproofVersion, resolvePlaces } from './config/places.ts';
import { cleanCommand } from './compose/clean-command.ts';
import { observeCommand } from './compose/observe-command.ts';
import { createConsole } from './compose/console.ts';
import { matrixCommand } from './compose/matrix-command.ts';
import { reportCommand } from './compose/report-command.ts';
import { proveOnCluster } from './compose/prove.ts';
import { runCommand, type RunInput } from './compose/run-command.ts';
import { doctorCommand } from './compose/doctor-command.ts';
import { commandLine } from './cli/command-line.ts';
import { listCommand } from './cli/list-command.ts';
import { showCommand } from './cli/show-command.ts';
import { validateCommand } from './cli/validate-command.ts';
import { saveImagesCommand } from './compose/save-images-command.ts';
import { exitCodeOf, problemEvent, renderProblem } from './report/problem.ts';
import { guardExit } from './lifetime/exit-guard.ts';

/**
 * The composition root: connects the command line with what it starts. Sets the exit code and never calls
 * `process.exit`, so that everything pending (files, sockets, undo) ends by itself.
 *
 * @param prove what a run does between its start and its clean-up; tests pass one that needs no cluster
 */
export async function main(
  argv: readonly string[],
  prove: RunInput['prove'] = proveOnCluster,
): Promise<void> {
  const places = resolvePlaces(process.env);
  const terminal = createConsole(process, argv);
  const tell = (error: unknown): void => terminal.err(renderProblem(problemEvent(error), terminal.errStyle));
  const guard = guardExit({ host: process, report: tell });
  try {
    const exitCode = await commandLine({
      version: podproofVersion(),
      write: terminal.out,
      writeError: terminal.err,
      commands: {
        run: (settings) => runCommand({ settings, places, terminal, argv, guard, prove }),
        list: (options) => listCommand(options, places, terminal.out),
        show: (id, options) => showCommand(id, options, places, terminal.out),
        report: (run, options) => reportCommand(run, options, places, terminal),
        validate: (paths) => validateCommand(paths, places, terminal.out),
        clean: (options) => cleanCommand(options, places, terminal),
        doctor: (options) => doctorCommand(options, places, terminal),
        saveImages: (file) => saveImagesCommand(file, places, terminal),
        matrix: (settings) =>
          matrixCommand({
            settings,
            places,
            terminal,
            guard,
            program: [process.execPath, join(places.root, 'harness', 'launch.js')],
          }),
        observe: (settings) =>
          observeCommand({ settings, places, terminal, argv, guard, readStdin: () => buffer(process.stdin) }),
      },
    })(argv);
    guard.settle(exitCode);
  } catch (error) {
    tell(error);
    guard.settle(exitCodeOf(error));
  }
}
