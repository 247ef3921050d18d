import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/**
 * The absolute path of a program, or undefined. Done without running anything: a missing program is an answer.
 *
 * @example await findProgram('docker', process.env.PATH)
 */
export async function findProgram(
  name: string,
  searchPath: string | undefined,
  platform: NodeJS.Platform = process.platform,
): Promise<string | undefined> {
  const names = platform === 'win32' ? [`${name}.exe`] : [name];
  for (const folder of (searchPath ?? '').split(delimiter)) {
    if (folder === '') continue;
    for (const candidate of names) {
      const path = join(folder, candidate);
      if (await isExecutable(path)) return path;
    }
  }
  return undefined;
}

function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
