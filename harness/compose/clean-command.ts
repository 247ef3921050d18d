import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { attachmentsFolder } from '../clusters/attached/attachments.ts';
import type { CleanOptions } from '../cli/command-line.ts';
import { terminalProgress } from '../cli/terminal-progress.ts';
import type { Places } from '../config/places.ts';
import { Deadline } from '../core/deadline.ts';
import { BusyError, describeError } from '../core/errors.ts';
import { EXIT_CODES, type ExitCode } from '../core/exit-codes.ts';
import { sanitizeText } from '../core/sanitize-text.ts';
import { embeddedEngineStatus, stopEmbeddedEngine } from '../engine/embedded/stop-kept.ts';
import { sweep, type SweepSource } from '../lifetime/sweep.ts';
import { UndoStack } from '../lifetime/undo-stack.ts';
import { local } from '../shell/local.ts';
import type { Terminal } from './console.ts';
import { allAttachments } from './attached-bench.ts';
import { openWorkbench } from './workbench.ts';
import { recordedNames } from '../clusters/cluster-record.ts';

const CLEAN_MS = 300_000;
/** For one attachment: namespaces go in their own time, and then the whole cluster is compared. */
const TAKE_BACK_MS = 180_000;

/**
 * Removes what earlier runs left behind or kept. Never touches what a live run uses. An embedded engine that nobody
 * needs any more is stopped; a kept cluster needs it.
 *
 * @throws what finding the engine throws, when there is a cluster to remove
 */
export async function cleanCommand(
  options: CleanOptions,
  places: Places,
  terminal: Terminal,
): Promise<ExitCode> {
  const context: CleanContext = {
    options,
    places,
    terminal,
    deadline: Deadline.in(CLEAN_MS, 'the clean-up'),
    say: (line) => terminal.out(`${sanitizeText(line)}\n`),
  };
  const attachedLeft = !(await endAttachments(context));
  const clustersLeft = (await recordedNames(places.cache)).length > 0 && !(await removeClusters(context));
  const engineLeft = !(await stopUnusedEngine(context));
  if (attachedLeft || clustersLeft || engineLeft) return EXIT_CODES.cleanup;
  if (options.cache) await removeCache(context);
  return EXIT_CODES.ok;
}

interface CleanContext {
  readonly options: CleanOptions;
  readonly places: Places;
  readonly terminal: Terminal;
  readonly deadline: Deadline;
  readonly say: (line: string) => void;
}

/**
 * Takes back what dead runs left in clusters of others. Needs no engine.
 *
 * @returns true when everything that should go is gone
 */
async function endAttachments(context: CleanContext): Promise<boolean> {
  return sweepAndTell(allAttachments(context.places), 'attachment', context);
}

async function sweepAndTell(
  source: SweepSource,
  what: string,
  { options, places, deadline, say }: CleanContext,
): Promise<boolean> {
  const report = await sweep(source, {
    deadline,
    all: options.kept,
    dryRun: options.dryRun,
    ...(what === 'attachment' ? { eachMs: TAKE_BACK_MS } : {}),
  });
  const verb = options.dryRun ? 'would be removed' : 'removed';
  report.removed.forEach((name) => say(`${what} ${name} ${verb}`));
  report.left.forEach(({ name, why }) => say(`${what} ${name} stays: ${why}`));
  report.failures.forEach(({ name, error }) =>
    say(`${what} ${name} could not be removed: ${describeError(error)}`),
  );
  if (what === 'attachment' && report.failures.length > 0)
    say(`If such a cluster is gone for good, remove its folder in ${attachmentsFolder(places.cache)}.`);
  return report.failures.length === 0;
}

/** @returns true when everything that should go is gone */
async function removeClusters(context: CleanContext): Promise<boolean> {
  const { places, terminal, deadline, say } = context;
  const undo = new UndoStack();
  try {
    const { clusters } = await openWorkbench({
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
      // Stopping it, if nobody needs it, comes afterwards and is told.
      keepEngine: () => true,
      sweepFirst: false,
      onLeftovers: (leftovers) => leftovers.forEach((leftover) => say(`left behind: ${leftover}`)),
    });
    return await sweepAndTell(clusters, 'cluster', context);
  } finally {
    await undo.unwind();
  }
}

/** @returns true when no engine of ours runs that nobody needs */
async function stopUnusedEngine({
  options: { dryRun },
  places,
  deadline,
  say,
}: CleanContext): Promise<boolean> {
  const engine = { cacheDir: places.cache, runner: local(), deadline };
  const status = await embeddedEngineStatus(engine);
  if (status.state === 'absent' || status.state === 'stopped') return true;
  if (status.users.length > 0 || (await recordedNames(places.cache)).length > 0) return true;
  if (dryRun) {
    say('the embedded engine would be stopped');
    return true;
  }
  const report = await stopEmbeddedEngine(engine);
  say(
    report.outcome === 'stopped'
      ? 'the embedded engine was stopped'
      : `the embedded engine goes on: ${report.reason ?? ''}`,
  );
  report.leftovers.forEach((leftover) => say(`left behind: ${leftover}`));
  return report.leftovers.length === 0;
}

/** @throws BusyError CACHE_IN_USE while a live run has its engine or its cluster in there */
async function removeCache({ options: { dryRun }, places, deadline, say }: CleanContext): Promise<void> {
  const { state } = await embeddedEngineStatus({ cacheDir: places.cache, runner: local(), deadline });
  const inUse =
    (state !== 'absent' && state !== 'stopped') ||
    (await recordedNames(places.cache)).length > 0 ||
    (await allAttachments(places).list()).length > 0;
  if (inUse && !dryRun) {
    throw new BusyError(
      'CACHE_IN_USE',
      'The cache is in use: a run is going on with its engine or its cluster.',
      {
        hint: 'Wait until it is over, or interrupt it; then try again.',
      },
    );
  }
  for (const part of ['images', 'go', 'tools', 'engine', 'debian', 'clusters', 'attached']) {
    const folder = join(places.cache, part);
    if (!dryRun) await rm(folder, { recursive: true, force: true });
    say(`${folder} ${dryRun ? 'would be removed' : 'removed'}`);
  }
}
