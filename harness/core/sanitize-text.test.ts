import { describe, expect, test } from '@jest/globals';
import { sanitizeText } from './sanitize-text.ts';

describe('terminal control', () => {
  test.each([
    ['colours', '\x1b[1;31mred\x1b[0m', 'red'],
    ['clear screen and cursor', 'a\x1b[2J\x1b[Hb', 'ab'],
    ['8-bit CSI', 'a\x9b31mb', 'ab'],
    ['a window title, ended by BEL', '\x1b]0;pwned\x07x', 'x'],
    ['a link, ended by ST', '\x1b]8;;http://evil\x1b\\click\x1b]8;;\x1b\\', 'click'],
    ['clipboard by 8-bit OSC', '\x9d52;c;ZXZpbA==\x9cx', 'x'],
    ['device control string', '\x1bP+q544e\x1b\\x', 'x'],
    ['a string without its end does not swallow the rest', '\x1b]0;title and more', '0;title and more'],
    ['sequence within a sequence', '\x1b\x1b[31m[31mx', '[31mx'],
    ['character set switch', '\x1b(0x\x1b(B', 'x'],
    ['NUL, BEL, BS, DEL', 'a\x00b\x07c\x08d\x7f', 'abcd'],
    ['carriage return that overwrites a line', 'exit 1\rexit 0', 'exit 1\nexit 0'],
    ['line ends of terminals', 'a\r\nb\r\n', 'a\nb\n'],
    ['text that runs backwards', 'abc\u202edcba\u2066', 'abcdcba'],
    ['half a surrogate pair', 'a\ud800b', 'a\ufffdb'],
    ['tabs and line breaks stay', 'a\tb\n', 'a\tb\n'],
    ['other languages and emoji stay', 'é 日本 👩‍👩‍👧 ✔', 'é 日本 👩‍👩‍👧 ✔'],
  ])('%s', (_name, text, safe) => {
    expect(sanitizeText(text)).toBe(safe);
    expect(sanitizeText(safe)).toBe(safe);
  });
});

test('long texts are cut, say so, and are not cut again', () => {
  const safe = sanitizeText('x'.repeat(500), 100);
  expect(safe).toBe(`${'x'.repeat(100)}\n… 400 characters left out`);
  expect(sanitizeText(safe, 100)).toBe(safe);
});

test('hostile text does not make it slow', () => {
  const startedAt = performance.now();
  const pieces = [
    '\x9d',
    '\x1b]',
    '\x1b[',
    '-----BEGIN A-----',
    '-----BEGIN A-----\n',
    'a://',
    'eyJaaaaaaaa.',
  ];
  const words = [
    'token: ',
    'token=\\"',
    'name: token\n',
    'password',
    'cookie: ',
    'login a ',
    '-u ',
    'a',
    ' ',
    '-',
  ];
  for (const piece of [...pieces, ...words]) sanitizeText(piece.repeat(300_000 / piece.length));
  expect(performance.now() - startedAt).toBeLessThan(2000);
});
