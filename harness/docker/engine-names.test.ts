import { describe, expect, test } from '@jest/globals';
import { hasCode } from '../core/node-errors.ts';
import { hostileStrings } from '../testing/hostile-strings.ts';
import { checkedContainer, checkedImage } from './engine-names.ts';

const unsafe = expect.objectContaining({ code: 'UNSAFE_NAME', exitCode: 8 });

describe('names in paths of the engine', () => {
  test.each(['podproof-3f2a91-control-plane', '57b1b943217e', 'My_box.1'])('container %s', (name) => {
    expect(checkedContainer(name)).toBe(name);
  });

  test.each([
    'podproof-node:v1.37.2-2dbb8bcf8f38',
    'kindest/node:v1.37.0@sha256:a1ed56cfb0e7b93589bdf97c8cd566405a265939e3620fc4f5de89adff580ae5',
    'localhost:5000/podproof/workload:v1',
    'sha256:4adb85bd336dcda8bc0985a11e6e1ff204850eaf7ba458e8a717deaa2b863f18',
  ])('image %s', (name) => {
    expect(checkedImage(name)).toBe(name);
  });

  test.each(['..', '../images', 'a/b', 'a?x=1', '-x', '', 'a b', 'x'.repeat(256)])(
    'no container %j',
    (name) => {
      expect(() => checkedContainer(name)).toThrow(unsafe);
    },
  );

  test.each([
    '../../containers/x',
    'a/../../x',
    'a//b',
    './a',
    'a?x',
    'a#b',
    '-a',
    '',
    'a/',
    'x'.repeat(600),
  ])('no image %j', (name) => {
    expect(() => checkedImage(name)).toThrow(unsafe);
  });

  test('of 10,000 hostile strings each is refused or addresses exactly that', () => {
    const addressed = hostileStrings(10_000, 2).flatMap((text) =>
      [checkedContainer, checkedImage].flatMap((check) => {
        try {
          return [{ text, path: new URL(`http://engine/things/${check(text)}/json`).pathname }];
        } catch (error) {
          if (hasCode(error, 'UNSAFE_NAME')) return [];
          throw error;
        }
      }),
    );
    expect(addressed.filter(({ text, path }) => path !== `/things/${text}/json`)).toEqual([]);
    // Otherwise the test would only show that everything is refused.
    expect(addressed.length).toBeGreaterThan(300);
  });
});
