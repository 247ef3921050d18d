import { describe, expect, test } from '@jest/globals';
import { formatMs } from './duration.ts';
import { cutText, padText, textWidth, wrapText } from './text-width.ts';
import { paint, textStyleFor } from './text-style.ts';

describe('text width', () => {
  test.each([
    ['plain', 5],
    ['✔ ✖ – … →', 9],
    ['日本', 4],
    ['é', 1],
    ['e\u0301', 1],
    ['👩‍👩‍👧', 2],
    ['⚠️', 2],
    ['\u200b', 0],
  ])('%s is %d wide', (text, width) => expect(textWidth(text)).toBe(width));

  test('cuts between letters, never within one', () => {
    expect(cutText('日本語です', 6)).toBe('日本…');
    expect(cutText('short', 5)).toBe('short');
    expect(cutText('longer', 1)).toBe('…');
    expect(padText('日', 4)).toBe('日  ');
  });

  test('wraps at words, then anywhere, and always ends', () => {
    expect(wrapText('one two three', 8)).toEqual(['one two', 'three']);
    expect(wrapText('abcdefghij kl', 4)).toEqual(['abcd', 'efgh', 'ij', 'kl']);
    expect(wrapText('  indented text', 10)).toEqual(['  indented', 'text']);
    expect(wrapText('a\n\nb', 10)).toEqual(['a', '', 'b']);
    expect(wrapText('日本', 1)).toEqual(['日', '本']);
    expect(wrapText('', 10)).toEqual(['']);
  });
});

test.each([
  [0, '0.0 s'],
  [3412, '3.4 s'],
  [99_949, '99.9 s'],
  [99_950, '1 min 40 s'],
  [119_700, '2 min 00 s'],
])('%d ms reads %s', (ms, text) => expect(formatMs(ms)).toBe(text));

describe('the style of an output', () => {
  const tty = { isTTY: true, columns: 120 };
  test.each([
    ['a terminal', { ...tty, env: {} }, { width: 120, color: true, unicode: true }],
    ['a file', { isTTY: false, env: { LANG: 'C' } }, { width: 100, color: false, unicode: true }],
    ['NO_COLOR', { ...tty, env: { NO_COLOR: '1', FORCE_COLOR: '1' } }, { color: false }],
    ['empty NO_COLOR counts as unset', { ...tty, env: { NO_COLOR: '' } }, { color: true }],
    ['FORCE_COLOR in CI', { isTTY: false, env: { FORCE_COLOR: '1' } }, { color: true }],
    ['FORCE_COLOR=0', { ...tty, env: { FORCE_COLOR: '0' } }, { color: false }],
    ['--no-color', { ...tty, env: { FORCE_COLOR: '1' }, noColor: true }, { color: false }],
    ['a dumb terminal', { ...tty, env: { TERM: 'dumb' } }, { color: false, unicode: false }],
    ['the Linux console', { ...tty, env: { TERM: 'linux', LANG: 'C.UTF-8' } }, { unicode: false }],
    ['an old locale', { ...tty, env: { LANG: 'de_DE.ISO-8859-1' } }, { unicode: false }],
    ['LC_ALL wins', { ...tty, env: { LC_ALL: 'en_US.UTF-8', LANG: 'C' } }, { unicode: true }],
    ['a very narrow terminal', { isTTY: true, columns: 10, env: {} }, { width: 40 }],
  ])('%s', (_name, facts, style) => expect(textStyleFor(facts)).toMatchObject(style));

  test('colours do not depend on the environment of this process', () => {
    const style = { width: 80, color: true, unicode: true };
    expect(paint(style, 'good', 'x')).toBe('\x1b[32mx\x1b[39m');
    expect(paint({ ...style, color: false }, 'good', 'x')).toBe('x');
  });
});
