import type { Random } from './random.ts';

/** Words that mean something to YAML, to JavaScript, to a shell or to a terminal. */
const NASTY: readonly [string, ...string[]] = [
  '',
  ...[
    '&a',
    '*a',
    '!!js/function',
    '!<x>',
    '! ',
    '%YAML 1.2',
    '%TAG ! x:',
    '---',
    '...',
    '<<: *a',
    '? ',
    ': ',
    '- ',
  ],
  ...[
    '{',
    '}',
    '[',
    ']',
    '{{',
    ']]',
    ',',
    '"',
    "'",
    '`',
    '|',
    '>',
    '|9',
    '>-',
    '#',
    '\\',
    '@',
    '%',
    '=',
    '~',
  ],
  ...[
    'no',
    'on',
    'y',
    '0644',
    '1e3',
    '1e999',
    '.nan',
    '-.inf',
    '0x1F',
    '1_000',
    '1:30',
    '2026-11-23',
    'null',
    '089',
  ],
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    '../../x',
    '--kubeconfig=x',
    '$(id)',
    '${HOME}',
    '%s%n',
  ],
  ...[
    '\t',
    '\r',
    '\r\n',
    '\0',
    '\u0007',
    '\u001b[2J',
    '\u0085',
    '\u2028',
    '\u202E',
    '\uFEFF',
    '\uFFFF',
    '\uD83D',
    '😀',
  ],
  ...[
    'hostPath: { path: / }',
    'privileged: true',
    'kind: Secret',
    'namespace: kube-system',
    'image: x',
    'spec:',
  ],
];

type Mutation = (text: string, random: Random) => string;

/** What people and machines do to a text by mistake, and what an attacker does on purpose. */
const MUTATIONS: readonly [Mutation, ...Mutation[]] = [
  (text, random) => insert(text, random, random.pick(NASTY)),
  (text, random) => insert(text, random, random.pick(NASTY).repeat(1 + random.below(2000))),
  (text, random) => insert(text, random, String.fromCodePoint(random.below(0x3000))),
  (text, random) => replaceWord(text, random, random.pick(NASTY)),
  (text, random) => replaceWord(text, random, 'x'.repeat(random.below(10_000))),
  (text, random) => replaceWord(text, random, ''),
  (text, random) => editLines(text, random, () => []),
  (text, random) => editLines(text, random, (line) => [line, line]),
  (text, random) => editLines(text, random, (line) => [' '.repeat(random.below(9)) + line.trimStart()]),
  (text, random) =>
    editLines(text, random, (line) => [line, `${line.replace(/\S.*/, '')}${random.pick(NASTY)}: x`]),
  (text, random) => editLines(text, random, (line) => Array.from({ length: random.below(3000) }, () => line)),
  (text, random) =>
    editLines(text, random, (line) => [line.replace(/: .*/, `: ${'['.repeat(random.below(200))}`)]),
  (text, random) => swapLetters(text, random),
  (text, random) => text.slice(0, random.below(text.length + 1)),
  (text, random) => text + text.slice(random.below(text.length + 1)),
];

/** Longer files are refused before anybody reads them. */
const MAX_LENGTH = 256 * 1024;

/** The text with one to four changes. */
export function mutateText(text: string, random: Random): string {
  let mutated = text;
  for (let changes = 1 + random.below(4); changes > 0; changes -= 1)
    mutated = random.pick(MUTATIONS)(mutated, random).slice(0, MAX_LENGTH);
  return mutated;
}

function insert(text: string, random: Random, what: string): string {
  const at = random.below(text.length + 1);
  return text.slice(0, at) + what + text.slice(at);
}

function replaceWord(text: string, random: Random, word: string): string {
  const words = [...text.matchAll(/[\w./:-]+/g)];
  const chosen = words[random.below(words.length)];
  if (chosen === undefined) return text;
  return text.slice(0, chosen.index) + word + text.slice(chosen.index + chosen[0].length);
}

function editLines(text: string, random: Random, edit: (line: string) => readonly string[]): string {
  const lines = text.split('\n');
  const at = random.below(lines.length);
  return lines.flatMap((line, index) => (index === at ? edit(line) : [line])).join('\n');
}

function swapLetters(text: string, random: Random): string {
  const at = random.below(Math.max(1, text.length - 1));
  return text.slice(0, at) + text.charAt(at + 1) + text.charAt(at) + text.slice(at + 2);
}
