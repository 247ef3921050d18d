import { parse } from 'yaml';
import { clip, quoted } from './problem.ts';

/** What to tell somebody whose unquoted word is not what it looks like. */
interface Surprise {
  /** The end of the sentence that starts with the field's name. */
  readonly message: string;
  readonly hint: string;
}

const NUMBER = /^-?(0|[1-9]\d*)$/;
const BOOLEAN = /^(true|false|True|False|TRUE|FALSE)$/;

/**
 * Says what became of an unquoted word. kubectl reads YAML 1.1, where `no` is false, `0644` is 420 and `1:30` is 90;
 * YAML 1.2 and people read them otherwise. What two readers understand differently is refused.
 *
 * @param source as it stands in the file, without quotes
 * @param value what YAML 1.1 made of it
 */
export function surprise(
  wanted: 'text' | 'number' | 'boolean',
  source: string,
  value: unknown,
): Surprise | undefined {
  const word = clip(source);
  if (wanted === 'text' && typeof value !== 'string') {
    return {
      message: `must be text, and YAML 1.1 reads the unquoted ${word === '' ? 'nothing' : word} as ${describe(value)}.`,
      hint: word === '' ? 'Write "" for an empty text.' : `Quote it: "${word}".`,
    };
  }
  if (wanted === 'number' && isWhole(value) && !NUMBER.test(source)) return plainly(source, value);
  if (wanted === 'boolean' && typeof value === 'boolean' && !BOOLEAN.test(source))
    return plainly(source, value);
  return undefined;
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

function plainly(source: string, value: number | boolean): Surprise {
  const other = readByYaml12(source);
  const both = other === value ? 'YAML reads' : 'YAML 1.1 reads';
  const differently = other === value ? '' : ` and YAML 1.2 as ${describe(other)}`;
  return {
    message: `must be written plainly: ${both} ${clip(source)} as ${describe(value)}${differently}.`,
    hint: `Write ${String(value)}.`,
  };
}

function readByYaml12(source: string): unknown {
  return parse(source, { version: '1.2', logLevel: 'silent' }) as unknown;
}

function describe(value: unknown): string {
  if (value === null) return 'null';
  if (value instanceof Date) return 'a date';
  return typeof value === 'string' ? `the text "${clip(value)}"` : quoted(value);
}
