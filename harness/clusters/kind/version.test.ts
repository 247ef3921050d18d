import { describe, expect, test } from '@jest/globals';
import { isTested, OWN_KIND_VERSION, parseKindVersion, stockImage } from './version.ts';

describe('kind versions', () => {
  test.each([
    ['kind v0.33.0 go1.26.8 linux/amd64\n', '0.33.0'],
    ['kind v0.34.0-alpha+0a1b2c go1.26.8 darwin/arm64', '0.34.0-alpha+0a1b2c'],
    ['Kind 1.2 of something else', undefined],
    ['', undefined],
  ])('%j is %s', (text, version) => {
    expect(parseKindVersion(text)).toBe(version);
  });

  test.each([
    ['0.30.9', false],
    ['0.31.0', true],
    ['0.34.0-alpha+0a1b2c', true],
    ['0.35.0', false],
    ['1.0.0', false],
  ])('%s is tested: %s', (version, tested) => {
    expect(isTested(version)).toBe(tested);
  });

  test('the version that we build is tested, and its image is pinned', () => {
    expect(isTested(OWN_KIND_VERSION)).toBe(true);
    expect(stockImage(OWN_KIND_VERSION, undefined)).toMatch(
      /^kindest\/node:v1\.\d+\.\d+@sha256:[0-9a-f]{64}$/,
    );
  });

  test('an image belongs to a kind release: its default, or the one of the minor', () => {
    expect(stockImage('0.33.0', undefined)).toBe(stockImage('0.33.0', '1.37'));
    expect(stockImage('0.33.0', '1.36')).toMatch(/^kindest\/node:v1\.36\.4@/);
    expect(stockImage('0.32.0', '1.36')).toMatch(/^kindest\/node:v1\.36\.1@/);
    expect(stockImage('0.33.0', '1.3')).toBeUndefined();
    expect(stockImage('0.32.0', '1.37')).toBeUndefined();
    expect(stockImage('0.34.0', undefined)).toBeUndefined();
  });
});
