import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { terminalProgress } from '../cli/terminal-progress.ts';
import type { Places } from '../config/places.ts';
import { describeResult } from '../core/command.ts';
import { Deadline } from '../core/deadline.ts';
import { InfrastructureError, UsageError } from '../core/errors.ts';
import { EXIT_CODES, type ExitCode } from '../core/exit-codes.ts';
import { UndoStack } from '../lifetime/undo-stack.ts';
import { local } from '../shell/local.ts';
import { imageSource } from './image-source.ts';
import type { Terminal } from './console.ts';
import { openWorkbench } from './workbench.ts';

const BUILD_MS = 60 * 60_000;

/**
 * Writes the images that pods of scenarios run, and the image registry, into one archive for the nodes of a cluster
 * that podproof did not make. Needs an engine, which is found or started as for a run.
 *
 * @throws UsageError FILE_EXISTS; what finding the engine throws; InfrastructureError IMAGES_NOT_SAVED
 */
export async function saveImagesCommand(file: string, places: Places, terminal: Terminal): Promise<ExitCode> {
  const path = resolve(file);
  await refuseExisting(path);
  const deadline = Deadline.in(BUILD_MS, 'the images to be saved');
  const progress = terminalProgress({
    stream: { write: terminal.err },
    style: terminal.errStyle,
    live: terminal.live,
  });
  const undo = new UndoStack();
  const sink = { emit: () => undefined };
  try {
    const { engine } = await openWorkbench({
      places,
      provider: 'kind',
      progress,
      deadline,
      undo,
      sink,
      keepEngine: () => false,
      sweepFirst: false,
      onLeftovers: (leftovers) => leftovers.forEach((leftover) => terminal.err(`left behind: ${leftover}\n`)),
    });
    const images = imageSource(engine, places, sink);
    const workload = await images.ensureWorkload({ deadline, progress });
    await images.ensureRegistry({ deadline, progress });
    const argv = [engine.dockerCli, 'image', 'save', '--output', path, workload, images.registry] as const;
    const saved = await local().run(argv, { deadline, env: engine.env });
    if (saved.kind !== 'exited' || saved.exitCode !== 0) {
      throw new InfrastructureError(
        'IMAGES_NOT_SAVED',
        `The engine did not save them: ${describeResult(saved)}`,
        {
          hint: 'Check that the folder can be written and has room.',
        },
      );
    }
    terminal.out(`${path}: ${workload}, ${images.registry}\n`);
    return EXIT_CODES.ok;
  } finally {
    progress.close();
    await undo.unwind();
  }
}

async function refuseExisting(path: string): Promise<void> {
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (isThere)
    throw new UsageError('FILE_EXISTS', `${path} is there already.`, {
      hint: 'Name another file, or remove it.',
    });
}
