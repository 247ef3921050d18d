import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Places } from '../config/places.ts';
import { systemClock } from '../core/clock.ts';

/** Makes the folder of one run, whose name begins with its time. Git ignores everything in there. */
export async function makeRunFolder(places: Places, runId: string): Promise<string> {
  const stamp = systemClock.date().toISOString().slice(0, 19).replaceAll(':', '-');
  const folder = join(places.runs, `${stamp}-${runId}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(places.runs, '.gitignore'), '*\n');
  return folder;
}
