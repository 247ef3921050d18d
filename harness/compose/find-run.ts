import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Places } from '../config/places.ts';
import { UsageError } from '../core/errors.ts';
import type { RunEvent } from '../core/events.ts';
import { readBundle } from '../diagnostics/bundle.ts';
import { parseJournal, readJournal } from '../report/read-journal.ts';

/** A run that was stored, and where. */
export interface StoredRun {
  readonly events: readonly RunEvent[];
  /** The run folder, or the folder of the bundle. */
  readonly path: string;
}

const JOURNAL = 'journal.ndjson';

/**
 * Finds a stored run and reads its journal.
 *
 * @param run a run folder, a journal, a bundle, or the id of a run; the newest run when absent
 * @throws UsageError RUN_NOT_FOUND; IntegrityError JOURNAL_DAMAGED, BUNDLE_REFUSED
 */
export async function findRun(run: string | undefined, { runs }: Pick<Places, 'runs'>): Promise<StoredRun> {
  const path = run === undefined ? await newestRun(runs) : await pathOf(run, runs);
  if (/\.t(?:ar\.)?gz$/.test(path)) return { events: await journalOfBundle(path), path: resolve(path, '..') };
  if (path.endsWith(JOURNAL)) return { events: await readJournal(path), path: resolve(path, '..') };
  return { events: await readJournal(join(path, JOURNAL)), path };
}

async function journalOfBundle(path: string): Promise<RunEvent[]> {
  const files = await readBundle(path);
  const [name, content] = [...files].find(([file]) => file.endsWith(`/run/${JOURNAL}`)) ?? [];
  if (name === undefined || content === undefined) throw notFound(`${path} holds no journal`);
  // It was packed before the run ended, so it has no seal.
  return parseJournal(content.toString('utf8'), `${path}:${name}`, { isRunning: true });
}

/** Names of run folders begin with their time, so that the last one is the newest. */
async function newestRun(runs: string): Promise<string> {
  const newest = (await runNames(runs)).at(-1);
  if (newest === undefined) throw notFound(`there is no run in ${runs}`);
  return join(runs, newest);
}

async function pathOf(run: string, runs: string): Promise<string> {
  const isThere = await stat(run).then(
    () => true,
    () => false,
  );
  if (isThere) return resolve(run);
  const found = (await runNames(runs)).filter((name) => name === run || name.endsWith(`-${run}`));
  const [only] = found;
  if (only !== undefined && found.length === 1) return join(runs, only);
  throw notFound(`${JSON.stringify(run)} is neither a file nor the id of a run in ${runs}`);
}

async function runNames(runs: string): Promise<readonly string[]> {
  const names = await readdir(runs).catch(() => []);
  return names.filter((name) => /^\d{4}-.*-[0-9a-f]{6}$/.test(name)).toSorted();
}

function notFound(why: string): UsageError {
  return new UsageError('RUN_NOT_FOUND', `There is no such run: ${why}.`, {
    hint: 'Give a folder below runs/, a bundle.tar.gz, or the six letters at the end of a run folder’s name.',
  });
}
