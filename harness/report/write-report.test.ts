import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { lstat, mkdtemp, mkdir, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkReportTarget, writeReport } from './write-report.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podproof-report-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('a report file', () => {
  test('is replaced as a whole, with nothing left beside it', async () => {
    const file = join(folder, 'sub', 'result.json');
    await checkReportTarget(file);
    await writeReport(file, 'one');
    await writeReport(file, 'two');
    expect(await readFile(file, 'utf8')).toBe('two');
    expect(await readdir(join(folder, 'sub'))).toEqual(['result.json']);
  });

  test('may have the longest name there is', async () => {
    const file = join(folder, 'x'.repeat(255));
    await writeReport(file, 'text');
    expect(await readFile(file, 'utf8')).toBe('text');
  });

  test('a link is written through, not replaced', async () => {
    await writeFile(join(folder, 'real'), 'old');
    await symlink('real', join(folder, 'link'));
    await writeReport(join(folder, 'link'), 'new');
    expect(await readFile(join(folder, 'real'), 'utf8')).toBe('new');
  });

  test('a full disk is exit 4', async () => {
    // Through a link of our own: should the code ever replace what it is given, it must not be the device.
    await symlink('/dev/full', join(folder, 'full'));
    await expect(writeReport(join(folder, 'full'), 'x')).rejects.toMatchObject({
      code: 'REPORT_NOT_WRITTEN',
      exitCode: 4,
    });
    expect((await lstat(join(folder, 'full'))).isSymbolicLink()).toBe(true);
  });

  test.each([
    [
      'a folder',
      async () => {
        await mkdir(join(folder, 'dir'));
        return join(folder, 'dir');
      },
    ],
    [
      'a name below a file',
      async () => {
        await writeFile(join(folder, 'file'), '');
        return join(folder, 'file', 'x.json');
      },
    ],
    ['nothing', () => Promise.resolve('')],
  ])('%s is refused before the run', async (_name, path) => {
    await expect(checkReportTarget(await path())).rejects.toMatchObject({
      code: 'REPORT_TARGET_UNFIT',
      exitCode: 2,
    });
  });
});
