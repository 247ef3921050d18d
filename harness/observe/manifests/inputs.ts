import { opendir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError } from '../../core/errors.ts';
import { hasCode } from '../../core/node-errors.ts';
import type { Problem } from '../../scenario/problem.ts';
import { readDocuments, type ManifestDocument } from './read-documents.ts';

export interface InputOptions {
  /** Files and folders, `-` for standard input. */
  readonly paths: readonly string[];
  readonly readStdin: () => Promise<Uint8Array>;
}

export interface Inputs {
  readonly documents: readonly ManifestDocument[];
  /** About what was named itself. */
  readonly problems: readonly Problem[];
  /** About files that were found in a folder: such a file may be anything. */
  readonly problemsInFolders: readonly Problem[];
}

const EXTENSIONS = /\.(?:ya?ml|json)$/i;
const MAX_FILE_BYTES = 4 * 1024 * 1024;
const MAX_FILES = 20_000;

/**
 * Reads all manifests that are meant: files, folders with everything below them (`.yaml`, `.yml`, `.json`; hidden
 * folders and links are left out), standard input. Never throws for what it reads; whatever cannot be read is a
 * problem with its place.
 */
export async function readInputs({ paths, readStdin }: InputOptions): Promise<Inputs> {
  const documents: ManifestDocument[] = [];
  const problems: Problem[] = [];
  const problemsInFolders: Problem[] = [];
  for (const path of new Set(paths)) {
    const found = await filesAt(path);
    problems.push(...found.problems);
    for (const file of found.files) {
      const read = await readOne(file, readStdin);
      documents.push(...read.documents);
      (found.isFolder ? problemsInFolders : problems).push(...read.problems);
    }
  }
  return { documents, problems, problemsInFolders };
}

interface FoundFiles {
  readonly files: readonly string[];
  readonly isFolder: boolean;
  readonly problems: readonly Problem[];
}

async function filesAt(path: string): Promise<FoundFiles> {
  const nothing = { files: [], isFolder: false };
  if (path === '-') return { files: ['-'], isFolder: false, problems: [] };
  try {
    if (!(await stat(path)).isDirectory()) return { files: [path], isFolder: false, problems: [] };
    const files = await manifestsBelow(path);
    const problems =
      files.length === 0 ? [{ file: path, message: 'no .yaml, .yml or .json file in this folder.' }] : [];
    return { files, isFolder: true, problems };
  } catch (error) {
    const message = hasCode(error, 'ENOENT')
      ? 'there is no such file or folder.'
      : `${describeError(error)}.`;
    return { ...nothing, problems: [{ file: path, message }] };
  }
}

/** In the order of their names, so that two runs do the same. */
async function manifestsBelow(folder: string): Promise<readonly string[]> {
  const files: string[] = [];
  const folders = [folder];
  for (let next = folders.shift(); next !== undefined && files.length < MAX_FILES; next = folders.shift()) {
    for await (const entry of await opendir(next)) {
      if (entry.name.startsWith('.')) continue;
      if (entry.isDirectory()) folders.push(join(next, entry.name));
      else if (entry.isFile() && EXTENSIONS.test(entry.name)) files.push(join(next, entry.name));
    }
  }
  return files.sort();
}

async function readOne(
  file: string,
  readStdin: () => Promise<Uint8Array>,
): Promise<{ documents: readonly ManifestDocument[]; problems: readonly Problem[] }> {
  const name = file === '-' ? 'stdin' : file;
  const refused = (message: string): { documents: []; problems: Problem[] } => ({
    documents: [],
    problems: [{ file: name, message }],
  });
  try {
    if (file !== '-' && (await stat(file)).size > MAX_FILE_BYTES) return refused('larger than 4 MiB.');
    const bytes = file === '-' ? await readStdin() : await readFile(file);
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    const read = readDocuments(name, text);
    return { documents: read.documents, problems: read.problems.map((problem) => withHint(problem, text)) };
  } catch (error) {
    return refused(
      hasCode(error, 'ERR_ENCODING_INVALID_ENCODED_DATA')
        ? 'not a text in UTF-8.'
        : `${describeError(error)}.`,
    );
  }
}

function withHint(problem: Problem, text: string): Problem {
  return text.includes('{{') && problem.hint === undefined
    ? { ...problem, hint: 'This looks like a template: render it first, for instance with `helm template`.' }
    : problem;
}
