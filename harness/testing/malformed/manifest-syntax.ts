import { edited, inSpec, manifest } from './manifest-case.ts';
import type { Malformed } from './malformed.ts';
import { MANIFEST } from './scenario-files.ts';

/** Y01 to Y10: what is no YAML, or more than plain data. */
export const SYNTAX: readonly Malformed[] = [
  manifest('Y01', 'an empty file', '', 'there is no document in this file.'),
  manifest('Y02', 'only comments', '# nothing\n', 'there is no document in this file.'),
  manifest(
    'Y03',
    'a tab as indentation',
    edited('  hostNetwork', '\thostNetwork'),
    '6:1  Tabs are not allowed as indentation',
  ),
  manifest(
    'Y04',
    'a quote that is never closed',
    edited('pod-hn', '"pod-hn'),
    '4:9  the quote that starts here is never closed.',
  ),
  manifest('Y05', 'a key twice', inSpec('hostNetwork: false'), '7:3  Map keys must be unique'),
  manifest(
    'Y06',
    'a bomb of aliases',
    `a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n`,
    '1:4  anchors are not allowed: &a',
    '2:4  anchors are not allowed: &b',
    '2:8  aliases are not allowed: *a',
    '2:12  aliases are not allowed: *a',
    '3:5  aliases are not allowed: *b',
    '3:9  aliases are not allowed: *b',
  ),
  manifest('Y07', '5,000 brackets', '['.repeat(5000), '1:65  nested deeper than 64 levels.'),
  manifest('Y07', '5,000 dashes', '- '.repeat(5000), '1:129  nested deeper than 64 levels.'),
  manifest(
    'Y07',
    'a staircase of 70 keys',
    Array.from({ length: 70 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n'),
    '65:65  nested deeper than 64 levels.',
  ),
  manifest('Y08', '5 MiB', '#'.repeat(5 * 1024 * 1024), 'is larger than 256 KiB.'),
  manifest(
    'Y08',
    '3,000 keys',
    Array.from({ length: 3000 }, (_, at) => `k${String(at)}: 1`).join('\n'),
    '2667:8  more than 2000 values in one file.',
  ),
  manifest('Y08', '60,000 empty lines', '\n'.repeat(60_000), '10001:1  more than 10000 lines in one file.'),
  manifest('Y09', 'a second document with nothing in it', `${MANIFEST}---\n`, '21:1  a document is empty.'),
  manifest(
    'Y10',
    'a tag that runs code elsewhere',
    edited('true', '!!js/function "x"'),
    '6:3  spec.hostNetwork must be true or false (without quotes), not "x".',
    '6:16  tags are not allowed: !!js/function',
  ),
  manifest(
    'Y10',
    'a tag that changes a type',
    edited('name: main', 'name: !!str main'),
    '8:13  tags are not allowed: !!str',
  ),
  manifest(
    'Y10',
    'a tag by its address',
    edited('name: main', 'name: !<x> main'),
    '8:13  tags are not allowed: !<x>',
  ),
  manifest(
    'Y10',
    'a directive for another version of YAML',
    `%YAML 1.2\n---\n${MANIFEST}`,
    '1:1  directives are not allowed: %YAML 1.2',
  ),
];
