import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sanitizeText } from '../../core/sanitize-text.ts';

const MAX_BYTES = 5 * 1024 * 1024;

/** The last part of a log, at most 5 MiB; empty when there is none. */
export async function readLogTail(path: string, maxBytes = MAX_BYTES): Promise<string> {
  try {
    await using file = await open(path, 'r');
    const { size } = await file.stat();
    const start = Math.max(0, size - maxBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
    return buffer.toString('utf8', 0, bytesRead);
  } catch {
    // A log that is not there must not hide what it would have explained.
    return '';
  }
}

/** Copies the tail of the daemon's log into the run folder, without secrets. @returns the copy, undefined when there was no log */
export async function keepLog(logFile: string, runDir: string): Promise<string | undefined> {
  const tail = await readLogTail(logFile);
  if (tail === '') return undefined;
  const path = join(runDir, 'engine.log');
  await mkdir(runDir, { recursive: true, mode: 0o700 });
  await writeFile(path, sanitizeText(tail, MAX_BYTES), { mode: 0o600 });
  return path;
}
