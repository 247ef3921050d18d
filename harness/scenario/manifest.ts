import { isMap, isScalar, LineCounter, parseAllDocuments, type Document, type Node } from 'yaml';
import type { KubeObject } from '../core/kube.ts';
import { checkFields, loadKnownFields, type Path } from './known-fields.ts';
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
  if (Buffer.byteLength(text) > MAX_BYTES)
    return { objects: [], problems: [{ file, message: `larger than ${String(MAX_BYTES)} bytes.` }] };
  const control = /[^\t\n\r\x20-\uFFFF]|[\u202A-\u202E\u2066-\u2069\uFEFF]/.exec(text);
  if (control !== null) {
    const before = text.slice(0, control.index).split('\n');
    const code = `U+${(control[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
    return {
      objects: [],
      problems: [
        {
          file,
          line: before.length,
          column: (before.at(-1)?.length ?? 0) + 1,
          message: `invisible control character ${code}.`,
        },
      ],
    };
  }
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    version: '1.1',
    lineCounter: lines,
    uniqueKeys: true,
    merge: false,
  });
  const problems: Problem[] = [];
  const objects: KubeObject[] = [];
  const known = loadKnownFields();
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  if (!Array.isArray(documents) || documents.length === 0)
    return { objects, problems: [{ file, message: 'there is no document in this file.' }] };
  for (const document of documents) {
    const faults = [...document.errors, ...document.warnings];
    problems.push(
      ...faults.map((fault) => ({
        file,
        ...at(fault.pos[0]),
        message: fault.message.split('\n')[0]?.replace(/ at line \d+, column \d+:?$/, '') ?? 'not YAML',
      })),
    );
    if (faults.length > 0) continue;
    if (document.contents === null) {
      problems.push({ file, message: 'a document is empty.' });
      continue;
    }
    let object: unknown;
    try {
      object = document.toJS({ maxAliasCount: 0 });
    } catch {
      problems.push({ file, ...at(document.range[0]), message: 'anchors and aliases are not allowed.' });
      continue;
    }
    const found = [...checkFields(object, known), ...checkNames(object)];
    problems.push(
      ...found.map(({ path, message, hint }) => ({
        file,
        ...at(offsetOf(document, path)),
        message,
        ...(hint === undefined ? {} : { hint }),
      })),
    );
    if (found.length === 0) objects.push(object as KubeObject);
  }
  return { objects, problems };
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
