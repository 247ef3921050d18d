import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError, UsageError } from '../core/errors.ts';
import { EXIT_CODES } from '../core/exit-codes.ts';
import { isRecord } from '../core/json.ts';
import { sanitizeValue } from '../core/sanitize-value.ts';
import type { ResultV1 } from '../report/result-v1.ts';

/**
 * Reads the result of a run from a file, or from the folder of the run. Its texts are sanitized: whoever made the file
 * writes them, and they end up on a terminal.
 *
 * @throws UsageError RESULT_UNREADABLE saying what is wrong with it
 */
export async function readResult(path: string): Promise<ResultV1> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const file = isFolder ? join(path, 'result.json') : path;
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw unreadable(path, describeError(error));
  });
  return parseResult(text, path);
}

/** @throws UsageError RESULT_UNREADABLE */
export function parseResult(text: string, path: string): ResultV1 {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch (error) {
    throw unreadable(path, describeError(error));
  }
  const safe = sanitizeValue(found);
  const wrong = faultOf(safe);
  if (wrong !== undefined || !isResult(safe)) throw unreadable(path, wrong ?? 'something is missing');
  return safe;
}

function faultOf(found: unknown): string | undefined {
  if (!isRecord(found) || found['schema'] !== 1) return 'it does not say "schema": 1';
  const field =
    LISTS.find((name) => !Array.isArray(found[name])) ?? OBJECTS.find((name) => !isRecord(found[name]));
  if (field !== undefined) return `its field ${field} is not what a result has there`;
  if (!Object.values(EXIT_CODES).some((code) => code === found['exitCode']))
    return 'its exit code is none of podproof';
  return units(found).every(isUnit) ? undefined : 'a scenario in it is not complete';
}

/** As far as we look at it. */
function isResult(found: unknown): found is ResultV1 {
  return faultOf(found) === undefined;
}

const LISTS = ['plan', 'scenarios', 'mutants', 'problems'] as const;
const OBJECTS = ['run', 'versions', 'counts', 'timings'] as const;

function units(found: Readonly<Record<string, unknown>>): readonly unknown[] {
  const lists: readonly unknown[] = [found['scenarios'], found['mutants']];
  return lists.flatMap((list): readonly unknown[] => (Array.isArray(list) ? list : []));
}

function isUnit(unit: unknown): boolean {
  if (!isRecord(unit) || typeof unit['id'] !== 'string' || !Array.isArray(unit['claims'])) return false;
  return unit['claims'].every(
    (claim) =>
      isRecord(claim) &&
      ['id', 'must', 'seen', 'controlSeen', 'expected'].every((field) => typeof claim[field] === 'string') &&
      (claim['verdict'] === null || isRecord(claim['verdict'])),
  );
}

function unreadable(path: string, why: string): UsageError {
  return new UsageError('RESULT_UNREADABLE', `${path} is no result of a run: ${why}.`, {
    hint: 'Give a result.json of a run folder, or a file that `run --json` wrote.',
  });
}
