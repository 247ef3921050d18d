import { REDACTED } from './secret-shapes.ts';

const BEGIN = /-----BEGIN ([A-Z\d ]{1,40})-----/g;
/** The letters of a block, also when its line breaks are escaped in JSON. */
const BODY = /(?:[A-Za-z\d+/=\s\\:,]|-(?!----))*(?:-----END [A-Z\d ]{1,40}-----)?/y;
/** How a line ends that belongs to a block, whatever a log has written before it. */
const BODY_LINE = /[A-Za-z\d+/=]{16,}\\?[ \t]*$/;
const LONGEST_LINE = 1024;
/** Longer than any key or chain of certificates. */
const LONGEST_BLOCK = 32 * 1024;

/**
 * Replaces PEM blocks: private keys, certificates, SSH keys. A block whose end was cut off is a secret all the same,
 * and a log may have written its own prefix before each line of it.
 */
export function redactPem(text: string): string {
  if (!text.includes('-----BEGIN ')) return text;
  const parts: string[] = [];
  let at = 0;
  for (const begin of text.matchAll(BEGIN)) {
    if (begin.index < at) continue;
    const label = begin[1] ?? '';
    parts.push(text.slice(at, begin.index), `PEM ${label} ${REDACTED}`);
    at = endOf(text, begin.index + begin[0].length, label);
  }
  return parts.join('') + text.slice(at);
}

function endOf(text: string, from: number, label: string): number {
  const window = text.slice(from, from + LONGEST_BLOCK);
  const next = window.indexOf('-----BEGIN ');
  const block = next === -1 ? window : window.slice(0, next);
  const end = `-----END ${label}-----`;
  const found = block.indexOf(end);
  return from + (found === -1 ? cutOffAt(block) : found + end.length);
}

/** Without an end, everything that looks like the block is taken for it. */
function cutOffAt(block: string): number {
  BODY.lastIndex = 0;
  BODY.test(block);
  let at = BODY.lastIndex;
  for (;;) {
    const newline = block.indexOf('\n', at);
    const end = newline === -1 ? block.length : newline;
    if (end === at && newline === -1) return at;
    if (end - at > LONGEST_LINE || !BODY_LINE.test(block.slice(at, end))) return at;
    at = Math.min(end + 1, block.length);
  }
}
