import { isScalar, LineCounter, parseAllDocuments, stringify, type Document } from 'yaml';
import { describeError } from '../core/errors.ts';
import type { KubeObject } from '../core/kube.ts';
import type { Fault } from './fault.ts';
import { checkFields, loadKnownFields, type KnownFields } from './known-fields.ts';
import { checkRules } from './manifest-rules.ts';
import { clip, type Problem } from './problem.ts';
import { lexicalFaults } from './yaml-lexemes.ts';
import { offsetOf, plainWordAt, treeFaults } from './yaml-tree.ts';

export interface ParsedManifest {
  readonly objects: readonly KubeObject[];
  /** Where each object has its name, in the same order. */
  readonly places: readonly Place[];
  readonly powers: readonly PowerAt[];
  readonly problems: readonly Problem[];
}

export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Where a manifest asks for something that its scenario must declare. */
export interface PowerAt extends Place {
  /** `privileged` or `hostPath /dev`. */
  readonly power: string;
}

/**
 * Reads a manifest as kubectl does (YAML 1.1) and finds every mistake that can be found without a cluster, each
 * with its line and column. What two readers of YAML could understand differently is a mistake too.
 *
 * @param file name for messages, relative to where the user stands
 */
export function parseManifest(file: string, text: string): ParsedManifest {
  const lines = new LineCounter();
  const inFile = ({ offset, ...fault }: Fault): Problem => ({
    file,
    ...(offset === undefined ? {} : placeAt(lines, offset)),
    ...fault,
  });
  const early = invisible(text);
  const lexical = early.length > 0 ? { faults: [], isBomb: true } : lexicalFaults(text);
  const { documents, faults: broken } = lexical.isBomb ? NOTHING : read(text, lines);
  if (lexical.isBomb) countLines(text, lines);
  const known = loadKnownFields();
  const found = documents.map((document) => readDocument(document, known, lexical.faults));
  const faults = [...early, ...lexical.faults, ...broken, ...found.flatMap((each) => each.faults)].sort(
    (a, b) => (a.offset ?? 0) - (b.offset ?? 0),
  );
  if (documents.length === 0 && faults.length === 0)
    faults.push({ message: 'there is no document in this file.' });
  const placed = found.flatMap(({ object, name, powers }) =>
    object === undefined ? [] : [{ object, place: placeAt(lines, name), powers }],
  );
  return {
    objects: placed.map(({ object }) => object),
    places: placed.map(({ place }) => place),
    powers: placed.flatMap(({ powers }) =>
      powers.map(({ power, offset }) => ({ power, ...placeAt(lines, offset) })),
    ),
    problems: faults.map(inFile),
  };
}

const NOTHING: Parsed = { documents: [], faults: [] };

interface Parsed {
  readonly documents: readonly Document.Parsed[];
  readonly faults: readonly Fault[];
}

/** The parser is recursive, and there are texts that only it finds to be too deep. */
function read(text: string, lineCounter: LineCounter): Parsed {
  try {
    const documents = parseAllDocuments(text, {
      version: '1.1',
      lineCounter,
      uniqueKeys: true,
      merge: false,
      // Problems are ours to tell; the library would also write to stderr.
      logLevel: 'error',
    });
    return { documents: Array.isArray(documents) ? documents : [], faults: [] };
  } catch (error) {
    return { documents: [], faults: [{ message: `cannot be parsed: ${clip(describeError(error))}.` }] };
  }
}

interface ReadDocument {
  readonly object?: KubeObject;
  /** Offset of the object's name. */
  readonly name: number;
  readonly powers: readonly { readonly power: string; readonly offset: number }[];
  readonly faults: readonly Fault[];
}

function readDocument(
  document: Document.Parsed,
  known: KnownFields,
  lexical: readonly Fault[],
): ReadDocument {
  const faulty = (faults: readonly Fault[]): ReadDocument => ({ name: 0, powers: [], faults });
  const syntax = syntaxFaults(document, lexical);
  if (syntax.length > 0 || document.errors.length > 0) return faulty(syntax);
  if (isEmpty(document.contents))
    return faulty([{ offset: document.range[0], message: 'a document is empty.' }]);
  const tree = treeFaults(document);
  if (tree.length > 0) return faulty(tree);
  let object: unknown;
  try {
    object = document.toJS({ maxAliasCount: 0 });
  } catch {
    // An alias: the look at the lexemes has told.
    return faulty([]);
  }
  const rules = checkRules(object);
  const fields = checkFields(object, known, (path) => plainWordAt(document, path));
  const told = new Set(fields.map(({ path }) => path.join('.')));
  const problems = [...fields, ...rules.problems.filter(({ path }) => !told.has(path.join('.')))];
  const faults = problems.map(({ path, ...rest }) => ({ offset: offsetOf(document, path), ...rest }));
  if (faults.length > 0 || !isKubeObject(object)) return faulty(faults);
  return {
    object,
    name: offsetOf(document, ['metadata', 'name']),
    powers: rules.powers.map(({ power, path }) => ({ power, offset: offsetOf(document, path) })),
    faults,
  };
}

/** What the look at the lexemes says better. */
const TOLD_BETTER = /^(Unresolved tag|The .* tag|Missing closing ['"]quote)/;

/** Repeated keys, and the first of all other mistakes: those that follow are mostly its consequences. */
function syntaxFaults({ errors, warnings }: Document.Parsed, lexical: readonly Fault[]): readonly Fault[] {
  const all = [...errors, ...warnings].filter(
    ({ message }) => lexical.length === 0 || !TOLD_BETTER.test(message),
  );
  const repeated = all.filter(({ code }) => code === 'DUPLICATE_KEY');
  const others = all.filter(({ code }) => code !== 'DUPLICATE_KEY').slice(0, 1);
  return [...repeated, ...others].map(({ pos, message }) => ({
    offset: pos[0],
    message: clip(message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? 'not YAML', 200),
  }));
}

function isEmpty(contents: unknown): boolean {
  return contents === null || (isScalar(contents) && contents.value === null && contents.source === '');
}

/** True for what `checkFields` and `checkRules` let through. */
function isKubeObject(object: unknown): object is KubeObject {
  return typeof object === 'object' && object !== null && 'kind' in object && 'metadata' in object;
}

/**
 * Characters that people cannot see: control characters, byte order marks, switches of the writing direction, joiners
 * and blanks without width. A carriage return may only stand before a line feed.
 */
const INVISIBLE = /(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const MAX_INVISIBLE = 20;

function invisible(text: string): readonly Fault[] {
  const faults: Fault[] = [];
  for (const { 0: character, index } of text.matchAll(INVISIBLE)) {
    if (character === '\r' && text[index + 1] === '\n') continue;
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    faults.push({
      offset: index,
      message: `invisible control character U+${code}.`,
      ...(index === 0 && code === 'FEFF' ? { hint: 'Save the file without a byte order mark.' } : {}),
    });
    // A binary file has thousands.
    if (faults.length === MAX_INVISIBLE) break;
  }
  return faults;
}

/** What the parser does while it reads. */
function countLines(text: string, lines: LineCounter): void {
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
}

function placeAt(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

/** Objects as one manifest that `kubectl apply` takes. */
export function manifestText(objects: readonly unknown[]): string {
  return objects.map((object) => stringify(object)).join('---\n');
}
