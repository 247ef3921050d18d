import type { Malformed } from './malformed.ts';
import { MANIFEST } from './scenario-files.ts';

const FILE = '01-one/manifest.yaml';

/** A manifest in place of the sound one; each line is told about it. */
export function manifest(
  id: string,
  what: string,
  text: string | Uint8Array,
  ...told: readonly string[]
): Malformed {
  return {
    id,
    what,
    files: { [`scenarios/${FILE}`]: text },
    told: told.map((line) => (/^\d/.test(line) ? `${FILE}:${line}` : `${FILE}  ${line}`)),
  };
}

/** The sound manifest with a change. */
export function edited(from: string, to: string): string {
  if (!MANIFEST.includes(from)) throw new Error(`the sound manifest has no ${from}`);
  return MANIFEST.replace(from, to);
}

export const inSpec = (line: string): string =>
  edited('  hostNetwork: true\n', `  hostNetwork: true\n  ${line}\n`);

export const inMetadata = (lines: string): string => edited('name: pod-hn\n', `name: pod-hn\n${lines}\n`);
