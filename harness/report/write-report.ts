import { lstat, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describeError, InfrastructureError, UsageError } from '../core/errors.ts';
import { hasCode } from '../core/node-errors.ts';

/**
 * Writes a report so that nobody ever reads half of it: into a file beside it, then renamed. Folders on the way are
 * made. A pipe, a terminal or a link (`/dev/stdout`) is written to as it is, since a rename would replace it.
 *
 * @throws UsageError REPORT_TARGET_UNFIT when `file` is a folder or a disk
 * @throws InfrastructureError REPORT_NOT_WRITTEN when the system refuses
 */
export async function writeReport(file: string, text: string): Promise<void> {
  const kind = await kindOf(file);
  try {
    if (kind === 'stream') return await writeFile(file, text);
    await mkdir(dirname(file), { recursive: true });
    await replaceFile(file, text);
  } catch (error) {
    throw new InfrastructureError(
      'REPORT_NOT_WRITTEN',
      `The report ${file} cannot be written: ${describeError(error)}`,
      {
        hint: 'Check the path, its permissions and the free space. The journal in the run folder still has everything.',
        cause: error,
      },
    );
  }
}

/**
 * Finds out before a long run whether its report can be written afterwards.
 *
 * @throws UsageError REPORT_TARGET_UNFIT saying why not
 */
export async function checkReportTarget(file: string): Promise<void> {
  if ((await kindOf(file)) === 'stream') return;
  const probe = besides(file);
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(probe, '', { flag: 'wx' });
    await rm(probe, { force: true });
  } catch (error) {
    throw unfit(file, describeError(error), error);
  }
}

async function kindOf(file: string): Promise<'file' | 'stream'> {
  if (file === '') throw unfit(file, 'the path is empty');
  const found = await lstat(file).catch((error: unknown) => {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw unfit(file, describeError(error), error);
  });
  if (found === undefined || found.isFile()) return 'file';
  const target = found.isSymbolicLink() ? await stat(file).catch(() => found) : found;
  if (target.isDirectory()) throw unfit(file, 'it is a folder');
  if (target.isBlockDevice()) throw unfit(file, 'it is a disk');
  return 'stream';
}

async function replaceFile(file: string, text: string): Promise<void> {
  const draft = besides(file);
  try {
    await writeFile(draft, text, { flag: 'wx' });
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** A short name: a long one could fail where the file itself would not. */
function besides(file: string): string {
  return join(dirname(file), `.podproof-${crypto.randomUUID()}`);
}

function unfit(file: string, why: string, cause?: unknown): UsageError {
  return new UsageError('REPORT_TARGET_UNFIT', `No report can be written to "${file}": ${why}`, {
    hint: 'Give the path of a file in a folder that you may write to.',
    cause,
  });
}
