import { isMap, isScalar, LineCounter, parseAllDocuments, stringify, type Document, type Node } from 'yaml';
import type { KubeObject } from '../core/kube.ts';
import { checkFields, loadKnownFields, type KnownFields, type Path } from './known-fields.ts';
import type { Problem } from './problem.ts';

const MAX_BYTES = 256 * 1024;

/** DNS-1123 label: what the API server accepts as the name of a pod. */
const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

export interface ParsedManifest {
  readonly objects: readonly KubeObject[];
  readonly problems: readonly Problem[];
}

/**
 * Reads a manifest as kubectl does (YAML 1.1) and finds every mistake that can be found without a cluster, each
 * with its line and column. Anchors and aliases are refused: they are the way to hide a bomb and no manifest of a
 * tutorial needs them.
 *
 * @param file name for messages, relative to where the user stands
 */
export function parseManifest(file: string, text: string): ParsedManifest {
  const unreadable = tooLarge(file, text) ?? invisible(file, text);
  if (unreadable !== undefined) return { objects: [], problems: [unreadable] };
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    version: '1.1',
    lineCounter: lines,
    uniqueKeys: true,
    merge: false,
  });
  if (!Array.isArray(documents) || documents.length === 0)
    return { objects: [], problems: [{ file, message: 'there is no document in this file.' }] };
  const known = loadKnownFields();
  const problems: Problem[] = [];
  const objects: KubeObject[] = [];
  for (const document of documents) {
    const { object, faults } = readDocument(document, known);
    problems.push(
      ...faults.map(({ offset, ...fault }) => ({
        file,
        ...(offset === undefined ? {} : place(lines, offset)),
        ...fault,
      })),
    );
    if (object !== undefined) objects.push(object);
  }
  return { objects, problems };
}

interface Fault {
  /** Where in the text; absent when it is about the whole file. */
  readonly offset?: number;
  readonly message: string;
  readonly hint?: string;
}

function readDocument(
  document: Document.Parsed,
  known: KnownFields,
): { object?: KubeObject; faults: readonly Fault[] } {
  const syntax = [...document.errors, ...document.warnings];
  if (syntax.length > 0) {
    return {
      faults: syntax.map(({ pos, message }) => ({
        offset: pos[0],
        message: message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? 'not YAML',
      })),
    };
  }
  if (document.contents === null) return { faults: [{ message: 'a document is empty.' }] };
  let object: unknown;
  try {
    object = document.toJS({ maxAliasCount: 0 });
  } catch {
    return { faults: [{ offset: document.range[0], message: 'anchors and aliases are not allowed.' }] };
  }
  const found = [...checkFields(object, known), ...checkNames(object)];
  if (found.length === 0 && isKubeObject(object)) return { object, faults: [] };
  return {
    faults: found.map(({ path, message, hint }) => ({
      offset: offsetOf(document, path),
      message,
      ...(hint === undefined ? {} : { hint }),
    })),
  };
}

/** True for what `checkFields` and `checkNames` let through. */
function isKubeObject(object: unknown): object is KubeObject {
  return typeof object === 'object' && object !== null && 'kind' in object && 'metadata' in object;
}

function tooLarge(file: string, text: string): Problem | undefined {
  return Buffer.byteLength(text) > MAX_BYTES
    ? { file, message: `larger than ${String(MAX_BYTES)} bytes.` }
    : undefined;
}

/** Control characters that people cannot see: NUL, a byte order mark inside, switches of the writing direction. */
function invisible(file: string, text: string): Problem | undefined {
  const control = /[^\t\n\r\x20-\uFFFF]|[\u202A-\u202E\u2066-\u2069\uFEFF]/.exec(text);
  if (control === null) return undefined;
  const before = text.slice(0, control.index).split('\n');
  const code = (control[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return {
    file,
    line: before.length,
    column: (before.at(-1)?.length ?? 0) + 1,
    message: `invisible control character U+${code}.`,
  };
}

function place(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

function checkNames(object: unknown): readonly { path: Path; message: string; hint?: string }[] {
  const metadata = (object as { metadata?: { name?: unknown; namespace?: unknown } } | null)?.metadata;
  const problems: { path: Path; message: string; hint?: string }[] = [];
  if (typeof metadata?.name !== 'string' || !NAME.test(metadata.name)) {
    problems.push({
      path: ['metadata', 'name'],
      message: `metadata.name must be a DNS-1123 label, not ${JSON.stringify(metadata?.name ?? null)}.`,
    });
  }
  if (metadata?.namespace !== undefined) {
    problems.push({
      path: ['metadata', 'namespace'],
      message: 'metadata.namespace is chosen by podproof for each run.',
      hint: 'Remove the line.',
    });
  }
  return problems;
}

/** The offset of the key at the end of the path, or of the nearest parent that exists in the text. */
function offsetOf(document: Document.Parsed, path: Path): number {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const key = path[length - 1];
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === key);
      const range = (pair?.key as Node | undefined)?.range;
      if (range) return range[0];
    }
    const node = document.getIn(path.slice(0, length), true) as Node | undefined;
    if (node?.range) return node.range[0];
  }
  return document.range[0];
}

/** Objects as one manifest that `kubectl apply` takes. */
export function manifestText(objects: readonly KubeObject[]): string {
  return objects.map((object) => stringify(object)).join('---\n');
}
