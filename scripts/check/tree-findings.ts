import { DEPTHS } from './import-rules.ts';
import { BORDER_FILES } from './lint-rules.ts';
import { PLACES } from './places.ts';
import { ROOMS } from './rooms.ts';

export interface TreeFile {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** Written with one letter in brackets, so that this file does not contain what it looks for. */
const UNWANTED: readonly (readonly [RegExp, string])[] = [
  [
    /\b(deb|ftp|security|snapshot)\.debia[n]\.org/,
    'a Debian mirror: hosts come from the settings of the machine',
  ],
  [
    /\b(registr[y]\.npmjs|registr[y]\.yarnpkg)\b/,
    'an npm registry: hosts come from the settings of the machine',
  ],
  [/\b(prox[y]|su[m])\.golang\.org/, 'a Go proxy: hosts come from the settings of the machine'],
  [
    /(^|[\s"'`(=:])\/(wor[k]|tm[p]\/bash_jobs|hom[e]\/[a-z]|User[s]\/[A-Za-z])[\w.-]*\//m,
    'a path that exists on one machine only',
  ],
];

/** Names that say nothing attract everything. */
const EMPTY_NAMES = /^(utils?|helpers?|common|misc|shared)$/;

/**
 * What no linter looks at: names, hosts, paths, and files that the import table does not know.
 *
 * @returns one line per finding, `path:line: what is wrong`, or `path: what is wrong`
 */
export function treeFindings(files: readonly TreeFile[]): string[] {
  return files.flatMap((file) => [
    ...nameFindings(file.path),
    ...roomFindings(file.path),
    ...textFindings(file),
    ...exceptionFindings(file),
  ]);
}

/** Lines of our own tables that nothing needs any more. */
export function staleBorderFiles(paths: readonly string[]): string[] {
  return BORDER_FILES.filter((file) => !file.includes('*') && !paths.includes(file)).map(
    (file) => `scripts/check/lint-rules.ts: ${file} may hold casts but does not exist`,
  );
}

function nameFindings(path: string): string[] {
  const words = path
    .split('/')
    .map((part, at, parts) => (at === parts.length - 1 ? part.replace(/\..*$/, '') : part));
  return words
    .filter((word) => EMPTY_NAMES.test(word))
    .map((word) => `${path}: '${word}' says nothing about what is inside`);
}

function roomFindings(path: string): string[] {
  const [top, room = '', ...rest] = path.split('/');
  if (top !== 'harness' || !/\.[jt]s$/.test(path)) return [];
  if (PLACES.some(({ files }) => files.includes(path))) return [];
  if (!ROOMS.some(({ name }) => name === room) || rest.length === 0)
    return [`${path}: belongs to no room of scripts/check/rooms.ts`];
  return rest.length <= DEPTHS.length ? [] : [`${path}: deeper than the import rules reach`];
}

function textFindings({ path, text }: TreeFile): string[] {
  // Tests make up home folders.
  const searched = path.endsWith('.test.ts') ? text.replace(/\/(home|Users)\//g, '~') : text;
  return UNWANTED.flatMap(([pattern, what]) => {
    const at = searched.search(pattern);
    return at === -1 ? [] : [`${path}:${String(searched.slice(0, at + 1).split('\n').length)}: ${what}`];
  });
}

const EXCEPTION = /\b(oxlin[t]|eslin[t]|prettie[r])-(disable|ignore)/;
/** On the line itself, or as a comment right above. Control characters in a pattern are never there by accident. */
const REASON = / -- \w|no-control-regex/;

function exceptionFindings({ path, text }: TreeFile): string[] {
  const lines = text.split('\n');
  return lines.flatMap((line, at) =>
    EXCEPTION.test(line) && !REASON.test(line) && !/^\s*(\/\/|\*|#)/.test(lines[at - 1] ?? '')
      ? [`${path}:${String(at + 1)}: an exception without a reason: add \` -- why\``]
      : [],
  );
}
