import { expect, test } from '@jest/globals';
import { jsonLines } from './json-lines.ts';

async function* inPieces(text: string, size: number): AsyncGenerator<Uint8Array, void, undefined> {
  const bytes = new TextEncoder().encode(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function collect(values: AsyncIterable<unknown>): Promise<readonly unknown[]> {
  const all: unknown[] = [];
  for await (const value of values) all.push(value);
  return all;
}

test.each([1, 2, 3, 7, 1000])('reads lines that arrive in pieces of %i bytes', async (size) => {
  const text = '{"name":"ünïcödé 🐳"}\n\n{"n":2}\n{"cut":';
  expect(await collect(jsonLines(inPieces(text, size)))).toEqual([{ name: 'ünïcödé 🐳' }, { n: 2 }]);
});

test('refuses to go on after a line that is not JSON', async () => {
  const read = collect(jsonLines(inPieces('{"a":1}\n<html>\n{"b":2}\n', 5)));
  await expect(read).rejects.toMatchObject({ name: 'BrokenLineError' });
});
