import { open, readFile, rename, rm } from 'node:fs/promises';
import { hasCode } from '../../core/node-errors.ts';

/** Writes so that a reader, also one after a power cut, finds the old content or the new one, never a part. */
export async function writeJsonFile(path: string, value: unknown): Promise<void> {
  const fresh = `${path}.${String(process.pid)}.new`;
  {
    await using file = await open(fresh, 'w', 0o600);
    await file.writeFile(`${JSON.stringify(value, null, 1)}\n`);
    await file.sync();
  }
  await rename(fresh, path);
}

/** Undefined when there is no such file or it is not JSON. */
export async function readJsonFile(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (hasCode(error, 'ENOENT') || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true });
}
