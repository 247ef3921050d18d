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
  if (!isCluster(found['cluster'])) return 'its field cluster is not what a result has there';
  if (!all(found['problems']).every((problem) => hasTexts(problem, 'message')))
    return 'a problem in it has no message';
  return units(found).every(isUnit) ? undefined : 'a scenario in it is not complete';
}

/** As far as we look at it. */
function isResult(found: unknown): found is ResultV1 {
  return faultOf(found) === undefined;
}

const LISTS = ['plan', 'scenarios', 'mutants', 'problems'] as const;
const OBJECTS = ['run', 'versions', 'counts', 'timings'] as const;

function units(found: Readonly<Record<string, unknown>>): readonly unknown[] {
  return [...all(found['scenarios']), ...all(found['mutants'])];
}

function all(list: unknown): readonly unknown[] {
  return Array.isArray(list) ? list : [];
}

function isCluster(cluster: unknown): boolean {
  return cluster === null || (hasTexts(cluster, 'provider') && Array.isArray(cluster['nodes']));
}

function isUnit(unit: unknown): boolean {
  if (!hasTexts(unit, 'id') || !Array.isArray(unit['claims'])) return false;
  return unit['claims'].every(
    (claim) =>
      hasTexts(claim, 'id', 'must', 'seen', 'controlSeen', 'expected') && isVerdict(claim['verdict']),
  );
}

function isVerdict(verdict: unknown): boolean {
  if (verdict === null) return true;
  if (!isRecord(verdict)) return false;
  switch (verdict['kind']) {
    case 'holds':
      return true;
    case 'contradicted':
      return all(verdict['reasons']).length > 0 && all(verdict['reasons']).every(isRecord);
    case 'inconclusive':
      return hasTexts(verdict, 'why');
    case 'skipped':
      return hasTexts(verdict, 'reason');
    default:
      return false;
  }
}

function hasTexts(value: unknown, ...fields: readonly string[]): value is Readonly<Record<string, unknown>> {
  return isRecord(value) && fields.every((field) => typeof value[field] === 'string');
}

function unreadable(path: string, why: string): UsageError {
  return new UsageError('RESULT_UNREADABLE', `${path} is no result of a run: ${why}.`, {
    hint: 'Give a result.json of a run folder, or a file that `run --json` wrote.',
  });
}
