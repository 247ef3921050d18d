import { LineCounter, parseAllDocuments, type Document, type ParsedNode, type Tags } from 'yaml';
import type { ForeignObject } from '../../core/submission.ts';
import type { Problem } from '../../scenario/problem.ts';
import { isRecord, textAt } from '../shape.ts';

/** One object of a manifest and where it begins. */
export interface ManifestDocument {
  readonly file: string;
  readonly line: number;
  readonly object: ForeignObject;
  /** What kubectl takes without a word and a reader should know. */
  readonly notes: readonly string[];
}

export interface ReadDocuments {
  readonly documents: readonly ManifestDocument[];
  readonly problems: readonly Problem[];
}

const MAX_BYTES = 4 * 1024 * 1024;
/** As many times as a manifest of good faith ever repeats an anchor; a bomb needs millions. */
const MAX_ALIASES = 100;
const MAX_DEPTH = 100;

/**
 * Reads manifests that somebody else wrote, as kubectl does: YAML 1.1 or JSON, several documents, anchors and merge
 * keys, lists of objects. Stops at nothing that the API server could still judge: unknown fields, wrong types and
 * missing names are its business.
 *
 * @param file name for messages
 */
export function readDocuments(file: string, text: string): ReadDocuments {
  const unreadable = whyUnreadable(text);
  if (unreadable !== undefined) return { documents: [], problems: [{ file, ...unreadable }] };
  const lines = new LineCounter();
  const place = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const parsed = parseAllDocuments(text.replace(/^\uFEFF/, ''), {
    version: '1.1',
    lineCounter: lines,
    uniqueKeys: true,
    merge: true,
    customTags: likeKubectl,
    logLevel: 'silent',
  });
  const documents: ManifestDocument[] = [];
  const problems: Problem[] = [];
  for (const document of Array.isArray(parsed) ? parsed : []) {
    const read = readDocument(document);
    if ('fault' in read) {
      problems.push({ file, ...place(read.fault.offset), ...read.fault.told });
      continue;
    }
    const notes = keysTwice(document).map((offset) => {
      const { line, column } = place(offset);
      return `the key at ${String(line)}:${String(column)} stands there for the second time; it is the one that counts`;
    });
    documents.push(
      ...read.objects.map(({ offset, object }) => ({ file, line: place(offset).line, object, notes })),
    );
  }
  return { documents, problems };
}

/** kubectl's parser keeps dates and `80:80` as text; a YAML 1.1 parser by the book makes dates and numbers of them. */
function likeKubectl(tags: Tags): Tags {
  return tags.filter(
    (tag) =>
      typeof tag !== 'object' ||
      (tag.tag !== 'tag:yaml.org,2002:timestamp' && !('format' in tag && tag.format === 'TIME')),
  );
}

function whyUnreadable(text: string): { message: string; hint?: string } | undefined {
  if (text.length > MAX_BYTES) return { message: `larger than ${String(MAX_BYTES / 1024 / 1024)} MiB.` };
  if (text.includes('\0')) return { message: 'not a text: it has a NUL character.' };
  if (text.trim() === '') return { message: 'there is nothing in this file.' };
  return undefined;
}

interface Found {
  readonly offset: number;
  readonly object: ForeignObject;
}
interface Fault {
  readonly offset: number;
  readonly told: { readonly message: string; readonly hint?: string };
}

/** kubectl takes the last one; the server never learns of it, because what it gets is JSON. */
const TWICE = 'DUPLICATE_KEY';

function keysTwice(document: Document.Parsed): readonly number[] {
  return document.errors.filter(({ code }) => code === TWICE).map(({ pos }) => pos[0]);
}

function readDocument(document: Document.Parsed): { objects: readonly Found[] } | { fault: Fault } {
  const error = document.errors.find(({ code }) => code !== TWICE);
  if (error !== undefined) return { fault: { offset: error.pos[0], told: told(error.message) } };
  const { contents } = document;
  if (contents === null) return { objects: [] };
  const offset = contents.range[0];
  try {
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    if (value === null) return { objects: [] };
    if (depthOf(value) > MAX_DEPTH)
      return { fault: { offset, told: { message: `nested more than ${String(MAX_DEPTH)} deep.` } } };
    return objectsIn(value, contents);
  } catch {
    return { fault: { offset, told: { message: 'its anchors and aliases stand for too much text.' } } };
  }
}

/** The object itself, or the items of a list, each with its own place. */
function objectsIn(value: unknown, contents: ParsedNode): { objects: readonly Found[] } | { fault: Fault } {
  const offset = contents.range[0];
  const [kind, apiVersion] = [textAt(value, 'kind'), textAt(value, 'apiVersion')];
  if (!isRecord(value) || kind === undefined || apiVersion === undefined) {
    const missing = !isRecord(value)
      ? 'it is no object'
      : kind === undefined
        ? 'it has no kind'
        : 'it has no apiVersion';
    return { fault: { offset, told: { message: `not a Kubernetes object: ${missing}.` } } };
  }
  const { items } = value;
  if (!kind.endsWith('List') || !Array.isArray(items)) return { objects: [{ offset, object: value }] };
  const inherited = kind === 'List' ? {} : { apiVersion, kind: kind.slice(0, -'List'.length) };
  return {
    objects: items.map((item: unknown, index) => ({
      offset: offsetOfItem(contents, index) ?? offset,
      // What is no object is passed on as one that the API server will refuse.
      object: isRecord(item) ? { ...inherited, ...item } : { ...inherited, item },
    })),
  };
}

function offsetOfItem(contents: ParsedNode, index: number): number | undefined {
  if (!('getIn' in contents)) return undefined;
  const node: unknown = contents.getIn(['items', index], true);
  const range: unknown =
    typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
  const start: unknown = Array.isArray(range) ? range[0] : undefined;
  return typeof start === 'number' ? start : undefined;
}

function told(message: string): Fault['told'] {
  const first = message.split('\n')[0] ?? '';
  const short = first.replace(/ at line \d+, column \d+:?$/, '');
  return { message: short === '' ? 'not YAML.' : short };
}

/** How deep lists and objects lie in each other. Works level by level, so that depth itself cannot break it. */
function depthOf(value: unknown): number {
  let level: unknown[] = [value];
  for (let depth = 0; ; depth += 1) {
    level = level.flatMap((item): unknown[] =>
      typeof item === 'object' && item !== null ? Object.values(item) : [],
    );
    if (level.length === 0 || depth > MAX_DEPTH) return depth;
  }
}
