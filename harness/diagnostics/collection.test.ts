import { describe, expect, test } from '@jest/globals';
import { CANARIES, canariesIn } from '../testing/canaries.ts';
import { createCollection } from './collection.ts';
import { readTar } from './read-tar.ts';
import { writeTar } from './write-tar.ts';

const textOf = (file: { readonly content: Buffer } | undefined): string => file?.content.toString() ?? '';

describe('a collection', () => {
  test('keeps texts without secrets and without orders to a terminal', () => {
    const collection = createCollection();
    collection.keep('pod.log', `\x1b[2J${CANARIES.map(({ text }) => text).join('\n\n')}\nend`);
    const text = textOf(collection.files[0]);
    expect(canariesIn(text)).toEqual([]);
    expect(text).not.toContain('\x1b');
    expect(text).toMatch(/\nend$/);
  });

  test('also says what is missing without them', () => {
    const collection = createCollection();
    collection.miss(`events: kubectl --token CaNaRy12345 failed\nAuthorization: Bearer CaNaRy12345`);
    expect(collection.missing).toEqual([
      'events: kubectl --token [redacted] failed Authorization: Bearer [redacted]',
    ]);
  });

  test('leaves alone what was cleaned before', () => {
    const collection = createCollection();
    const line = '{"stdout":"DB_PASSWORD=[redacted]\\nPATH=/bin"}\n';
    collection.keepClean('journal.ndjson', line);
    expect(textOf(collection.files[0])).toBe(line);
  });

  test('keeps the end of a long text, from a whole line on', () => {
    const collection = createCollection({ fileBytes: 200 });
    collection.keep('a.log', `${'x'.repeat(400)}Bearer cut in two\nsecond last\nlast\n`);
    expect(textOf(collection.files[0])).toBe(
      '[podproof left out 418 bytes before this]\nsecond last\nlast\n',
    );
  });

  test('has an end, and says what found no room', () => {
    const collection = createCollection({ fileBytes: 2000, logBytes: 4500, cleanBytes: 5000 });
    for (const name of ['a', 'b', 'c']) collection.keep(name, `${name.repeat(99)}\n`.repeat(30));
    for (const name of ['d', 'e']) collection.keepClean(name, name.repeat(3000));
    expect(collection.files.map(({ name }) => name)).toEqual(['a', 'b', 'd']);
    expect(collection.files.map(({ content }) => content.length <= 3000)).toEqual([true, true, true]);
    expect(collection.missing).toEqual(['c: there was no room left', 'e: there was no room left']);
  });

  test.each([
    ['../../etc/passwd', '_/_/etc/passwd'],
    ['/etc/passwd', 'etc/passwd'],
    ['..\\..\\x', '_/_/x'],
    ['nodes/.ssh/.bashrc', 'nodes/_ssh/_bashrc'],
    ['-rf', '_rf'],
    ['a b\0\n$(id).log', 'a_b_id_.log'],
    ['é/日本', '_/_'],
    ['', 'file'],
    ['a/b/c/d/e.log', 'a/b/c/e.log'],
    [`nodes/${'n'.repeat(80)}/${'p'.repeat(200)}.log`, `nodes/_${'n'.repeat(39)}/_${'p'.repeat(85)}.log`],
  ])('the name %j becomes harmless', (name, clean) => {
    const collection = createCollection();
    collection.keep(name, 'x');
    expect(collection.files.map((file) => file.name)).toEqual([clean]);
    expect([...readTar(writeTar(collection.files, new Date(0))).keys()]).toEqual([clean]);
  });

  test('two files never share a name', () => {
    const collection = createCollection();
    for (const name of ['a.log', 'a.log', './a.log']) collection.keep(name, 'x');
    expect(collection.files.map(({ name }) => name)).toEqual(['a.log', 'a-2.log', '_/a.log']);
  });
});
