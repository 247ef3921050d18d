import { sanitizeText } from '../core/sanitize-text.ts';
import type { TarFile } from './write-tar.ts';

/** What is collected for people who have to find out what went wrong. */
export interface Collection {
  readonly files: readonly TarFile[];
  /** What could not be had, and why, one line each. */
  readonly missing: readonly string[];
  /** A text from anywhere: it is cleaned of control sequences and secrets, and its end is kept when it is too long. */
  readonly keep: (file: string, text: string) => void;
  /** A text that went through the same cleaning already and must stay as it is, such as the journal. */
  readonly keepClean: (file: string, text: string) => void;
  readonly miss: (what: string) => void;
}

export interface CollectionLimits {
  /** Of one file of `keep`. @default 512 KiB */
  readonly fileBytes?: number;
  /** Of all files of `keep`. @default 13 MiB */
  readonly logBytes?: number;
  /** Of all files of `keepClean`. @default 6 MiB */
  readonly cleanBytes?: number;
}

const MIB = 1024 * 1024;
/** Less than this is not worth a file. */
const LEAST = 1024;

/**
 * An empty collection. Names of files are made harmless whatever they are, since parts of them come from nodes: no
 * `..`, nothing absolute, nothing hidden, and none twice.
 */
export function createCollection(limits: CollectionLimits = {}): Collection {
  const { fileBytes = MIB / 2, logBytes = 13 * MIB, cleanBytes = 6 * MIB } = limits;
  const files: TarFile[] = [];
  const missing: string[] = [];
  const room = { logs: logBytes, clean: cleanBytes };
  const add = (file: string, bytes: Buffer, kind: 'logs' | 'clean'): void => {
    const name = unusedName(cleanName(file), files);
    const content = kind === 'logs' ? endOf(bytes, Math.min(fileBytes, room.logs)) : bytes;
    if (room[kind] < Math.min(LEAST, bytes.length) || content.length > room[kind]) {
      missing.push(`${name}: there was no room left`);
      return;
    }
    room[kind] -= content.length;
    files.push({ name, content });
  };
  return {
    files,
    missing,
    keep(file, text) {
      if (text.trim() !== '') add(file, Buffer.from(sanitizeText(text, Infinity)), 'logs');
    },
    keepClean: (file, text) => add(file, Buffer.from(text), 'clean'),
    miss: (what) => missing.push(sanitizeText(what, 500).replaceAll('\n', ' ')),
  };
}

const LONGEST_NOTE = 64;

/** The last bytes, beginning with a whole line: half a line could be half a secret. */
function endOf(bytes: Buffer, most: number): Buffer {
  if (bytes.length <= most) return bytes;
  const tail = bytes.subarray(bytes.length - Math.max(0, most - LONGEST_NOTE));
  const kept = tail.subarray(tail.indexOf(10) + 1);
  return Buffer.concat([
    Buffer.from(`[podproof left out ${String(bytes.length - kept.length)} bytes before this]\n`),
    kept,
  ]);
}

/** @example cleanName('nodes/../../etc/x y.log') // 'nodes/_/_/etc/x_y.log' */
function cleanName(file: string): string {
  const parts = file.split(/[\\/]+/).filter((part) => part !== '');
  const [base = 'file', ...folders] = parts.toReversed();
  return [
    ...folders
      .toReversed()
      .slice(0, 3)
      .map((part) => plain(part, 40)),
    plain(base, 90),
  ].join('/');
}

function plain(part: string, longest: number): string {
  const safe = part.replaceAll(/[^\w.-]+/g, '_').replace(/^[^\w]+/, '_');
  return safe.length <= longest ? safe : `_${safe.slice(1 - longest)}`;
}

function unusedName(name: string, files: readonly TarFile[]): string {
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? name : name.replace(/(\.\w+)?$/, `-${String(number)}$1`);
    if (!files.some((file) => file.name === candidate)) return candidate;
  }
}
