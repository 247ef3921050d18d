import { isCollection, isMap, isNode, isPair, isScalar, type Document } from 'yaml';
import type { Fault, Path } from './fault.ts';
import { MAX_DEPTH, MAX_NODES } from './yaml-lexemes.ts';
import { clip } from './problem.ts';

/** Names that mean something to JavaScript itself. */
const PROTOTYPE_KEYS: ReadonlySet<unknown> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * What is wrong with the shape of a document before anybody asks what it means: too deep, too many values, keys that
 * are no texts or that JavaScript would take for its own.
 */
export function treeFaults(document: Document.Parsed): readonly Fault[] {
  const faults: Fault[] = [];
  let nodes = 0;
  const visit = (node: unknown, depth: number): void => {
    nodes += 1;
    if (!isCollection(node)) return;
    if (depth === MAX_DEPTH + 1)
      faults.push({ ...at(node), message: `nested deeper than ${String(MAX_DEPTH)} levels.` });
    if (depth > MAX_DEPTH) return;
    for (const item of node.items) {
      if (isPair(item)) {
        const fault = keyFault(item.key);
        if (fault !== undefined) faults.push(fault);
        visit(item.value, depth + 1);
      } else {
        visit(item, depth + 1);
      }
    }
  };
  visit(document.contents, 1);
  if (nodes > MAX_NODES)
    faults.push({ ...at(document.contents), message: `more than ${String(MAX_NODES)} values in one file.` });
  return faults;
}

function keyFault(key: unknown): Fault | undefined {
  if (!isScalar(key)) return { ...at(key), message: 'a key must be a text, not a list or a map.' };
  if (PROTOTYPE_KEYS.has(key.value))
    return { ...at(key), message: `the key ${String(key.value)} is not allowed.` };
  if (typeof key.value === 'string') return undefined;
  const source = clip(key.source ?? '');
  return {
    ...at(key),
    message: `a key must be text, and YAML 1.1 reads ${source === '' ? 'nothing' : source} as ${String(key.value)}.`,
    ...(source === '' ? {} : { hint: `Quote it: "${source}".` }),
  };
}

function at(node: unknown): { offset?: number } {
  return isNode(node) && node.range ? { offset: node.range[0] } : {};
}

/** The word at a path if it stands there without quotes. */
export function plainWordAt(document: Document.Parsed, path: Path): string | undefined {
  const node: unknown = document.getIn(path, true);
  return isScalar(node) && node.type === 'PLAIN' ? node.source : undefined;
}

/** The offset of the key at the end of the path, or of the nearest parent that exists in the text. */
export function offsetOf(document: Document.Parsed, path: Path): number {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    const key = path[length - 1];
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === key);
      if (isNode(pair?.key) && pair.key.range) return pair.key.range[0];
    }
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return document.range[0];
}
