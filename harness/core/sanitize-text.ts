import { redactSecrets } from './redact.ts';

/** Longest evidence text that is kept. Enough for a process list, too short to fill a disk with. */
const MAX_TEXT = 64 * 1024;

/**
 * A text from the outside made safe to print and to keep: control sequences and control characters gone (line
 * breaks and tabs stay), secrets replaced, length bounded. Doing it twice changes nothing.
 *
 * @param maxLength in UTF-16 units
 */
export function sanitizeText(text: string, maxLength = MAX_TEXT): string {
  return capLength(redactSecrets(stripControls(text)), maxLength);
}

/**
 * Control sequences of ECMA-48 in their 7-bit and 8-bit forms: CSI, the string kinds (OSC, DCS, SOS, PM, APC) with
 * either terminator, and two-character escapes. A string without its end is not removed as a whole, otherwise one
 * stray byte could hide all that follows; its start is, and the rest is ordinary text then.
 */
const SEQUENCES =
  // oxlint-disable-next-line no-control-regex
  /(?:\x1b\[|\x9b)[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e]|(?:\x1b[\]PX^_]|[\x9d\x90\x98\x9e\x9f])[^\x07\x1b\x80-\x9f]{0,4096}(?:\x07|\x1b\\|\x9c)|\x1b[\x20-\x2f]{0,4}[\x30-\x7e]/g;

// oxlint-disable-next-line no-control-regex
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

/** Characters that reorder or hide what is around them: text that reads differently than it is. */
const INVISIBLE = /[\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

function stripControls(text: string): string {
  return text
    .toWellFormed()
    .replace(SEQUENCES, '')
    .replace(/\r\n?/g, '\n')
    .replace(CONTROLS, '')
    .replace(INVISIBLE, '');
}

const CUT = /\n… \d+ characters left out$/;

function capLength(text: string, maxLength: number): string {
  if (text.length <= maxLength || (CUT.test(text) && text.length <= maxLength + 40)) return text;
  const kept = text.slice(0, maxLength).toWellFormed();
  return `${kept}\n… ${String(text.length - maxLength)} characters left out`;
}
