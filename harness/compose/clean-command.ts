import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { CleanOptions } from '../cli/command-line.ts';
import { terminalProgress } from '../cli/terminal-progress.ts';
import type { Places } from '../config/places.ts';
import { Deadline } from '../core/deadline.ts';
import { describeError } from '../core/errors.ts';
import { EXIT_CODES, type ExitCode } from '../core/exit-codes.ts';
import { embeddedEngineStatus, stopEmbeddedEngine } from '../engine/embedded/stop-kept.ts';
import { sweep } from '../lifetime/sweep.ts';
import { UndoStack } from '../lifetime/undo-stack.ts';
import { local } from '../shell/local.ts';
import type { Terminal } from './console.ts';
import { openWorkbench } from './workbench.ts';
import { recordedNames } from '../clusters/cluster-record.ts';

const CLEAN_MS = 300_000;

/**
 * Removes what earlier runs left behind or kept. Never touches what a live run uses.
 *
 * @throws what finding the engine throws, when there is a cluster to remove
 */
export async function cleanCommand(
  options: CleanOptions,
  places: Places,
  terminal: Terminal,
): Promise<ExitCode> {
  const deadline = Deadline.in(CLEAN_MS, 'the clean-up');
  const say = (line: string): void => terminal.out(`${line}\n`);
  const verb = options.dryRun ? 'would be removed' : 'removed';
  let failed = false;
  const names = await recordedNames(places.cache);
  if (names.length > 0) {
    const undo = new UndoStack();
    try {
      const { provider } = await openWorkbench({
        places,
        provider: 'kind',
        progress: terminalProgress({
          stream: { write: terminal.err },
          style: terminal.errStyle,
          live: terminal.live,
        }),
        deadline,
        undo,
        sink: { emit: () => undefined },
        keepEngine: () => !options.kept || options.dryRun,
        onLeftovers: (leftovers) => leftovers.forEach((leftover) => say(`left behind: ${leftover}`)),
      });
      const report = await sweep(provider, { deadline, all: options.kept, dryRun: options.dryRun });
      report.removed.forEach((name) => say(`cluster ${name} ${verb}`));
      report.left.forEach(({ name, why }) => say(`cluster ${name} stays: ${why}`));
      report.failures.forEach(({ name, error }) =>
        say(`cluster ${name} could not be removed: ${describeError(error)}`),
      );
      failed = report.failures.length > 0;
    } finally {
      await undo.unwind();
    }
  }
  if (options.kept) failed = (await stopEngine(options, { places, deadline, say })) || failed;
  if (options.cache) await removeCache(options, places, say);
  return failed ? EXIT_CODES.cleanup : EXIT_CODES.ok;
}

interface StopContext {
  readonly places: Places;
  readonly deadline: Deadline;
  readonly say: (line: string) => void;
}

async function stopEngine(
  { dryRun }: CleanOptions,
  { places, deadline, say }: StopContext,
): Promise<boolean> {
  const engine = { cacheDir: places.cache, runner: local(), deadline };
  const status = await embeddedEngineStatus(engine);
  if (status.state === 'absent' || status.state === 'stopped') return false;
  if (dryRun) {
    say('the embedded engine would be stopped');
    return false;
  }
  const report = await stopEmbeddedEngine(engine);
  say(
    report.outcome === 'stopped'
      ? 'the embedded engine was stopped'
      : `the embedded engine goes on: ${report.reason ?? ''}`,
  );
  report.leftovers.forEach((leftover) => say(`left behind: ${leftover}`));
  return report.leftovers.length > 0;
}

async function removeCache(
  { dryRun }: CleanOptions,
  places: Places,
  say: (line: string) => void,
): Promise<void> {
  for (const part of ['images', 'go', 'tools', 'engine', 'debian', 'clusters']) {
    const folder = join(places.cache, part);
    if (!dryRun) await rm(folder, { recursive: true, force: true });
    say(`${folder} ${dryRun ? 'would be removed' : 'removed'}`);
  }
}
