import { recognise } from '../../core/known-errors/recognise.ts';

/** The longest text of kind that goes into a message. */
const LONGEST = 1500;

/** kind quotes the whole `docker run` with its thirty flags; what it ran is enough. */
const LONG_COMMAND = /command "(\S+ \S+) [^"]{80,}"/g;

/**
 * What kind is doing, from one line of its stderr without a terminal.
 *
 * @example stepOf(' • Preparing nodes 📦 📦 📦   ...') // 'preparing nodes'
 * @returns undefined for lines that start no step
 */
export function stepOf(line: string): string | undefined {
  const title = /^ • (.*?)\s*\.\.\.\s*$/u.exec(line)?.[1];
  if (title === undefined) return undefined;
  const words = title.replace(/[^\p{L}\p{N}\p{P}\p{Z}]/gu, '').trim();
  return words.charAt(0).toLowerCase() + words.slice(1);
}

/**
 * The lines of kind's stderr that tell why it failed: the step that failed, its error, and the end of the output
 * of the command inside, without Go stack traces.
 */
export function decisiveLines(stderr: string): string {
  const lines = stderr.split(/\r?\n/).filter((line) => line.trim() !== '');
  const failed = lines.filter((line) => line.startsWith(' ✗ '));
  const from = lines.findIndex((line) => line.startsWith('ERROR: '));
  const told = from === -1 ? lines.slice(-6) : lines.slice(from);
  const stack = told.findIndex((line) => line.startsWith('Stack Trace:'));
  const decisive = stack === -1 ? told : told.slice(0, stack);
  const text = [...failed, ...decisive].join('\n').replace(LONG_COMMAND, 'command "$1 …"').trim();
  // Long output is kubeadm's log; its beginning says what was done, its end why it failed.
  return text.length <= LONGEST ? text : `${text.slice(0, 400)}\n…\n${text.slice(400 - LONGEST)}`;
}

/** What the reader of a failure can do next, from the whole output: the message shows only its decisive lines. */
export function hintFor(output: string): string {
  return recognise(output)?.hint ?? 'Run `npm run doctor`; if it finds nothing, run again.';
}
