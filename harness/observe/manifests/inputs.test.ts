import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readInputs } from './inputs.ts';

const POD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n';
const readStdin = (): Promise<Uint8Array> => Promise.resolve(new TextEncoder().encode(POD));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'podproof-inputs-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('readInputs', () => {
  test('a folder means all manifests below it, in order; hidden folders, links and other files do not count', async () => {
    mkdirSync(join(folder, 'b'));
    mkdirSync(join(folder, '.git'));
    for (const name of ['b/two.yml', 'one.yaml', '.git/three.yaml', 'four.txt'])
      writeFileSync(join(folder, name), POD);
    symlinkSync('/', join(folder, 'root'));
    const { documents, problems } = await readInputs({ paths: [folder], readStdin });
    expect(problems).toEqual([]);
    expect(documents.map(({ file }) => file)).toEqual([join(folder, 'b/two.yml'), join(folder, 'one.yaml')]);
  });

  test('a file named twice is read once; - is standard input', async () => {
    const file = join(folder, 'one.yaml');
    writeFileSync(file, POD);
    const { documents } = await readInputs({ paths: [file, file, '-'], readStdin });
    expect(documents.map((document) => document.file)).toEqual([file, 'stdin']);
  });

  test('what was named and cannot be read is kept apart from what was found in a folder', async () => {
    writeFileSync(join(folder, 'chart.yaml'), 'a: {{ .Values.b }}: c\n');
    writeFileSync(join(folder, 'latin.yaml'), Buffer.from([0x61, 0xe4, 0x0a]));
    const missing = join(folder, 'nowhere.yaml');
    const { problems, problemsInFolders } = await readInputs({ paths: [missing, folder], readStdin });
    expect(problems).toMatchObject([{ file: missing, message: 'there is no such file or folder.' }]);
    expect(problemsInFolders).toMatchObject([
      { file: join(folder, 'chart.yaml'), hint: expect.stringContaining('helm template') },
      { file: join(folder, 'latin.yaml'), message: 'not a text in UTF-8.' },
    ]);
  });
});
