import { describe, expect, test } from '@jest/globals';
import { identityOf, isAlive } from './process-identity.ts';

describe('process identity', () => {
  test('this process is alive', async () => {
    expect(await isAlive(await identityOf())).toBe(true);
  });

  test('another process that got the same number is not taken for the old one', async () => {
    const own = await identityOf();
    expect(await isAlive({ ...own, startedAt: '1' })).toBe(false);
  });

  test('nothing survives a reboot', async () => {
    const own = await identityOf();
    expect(await isAlive({ ...own, bootId: '00000000-0000-0000-0000-000000000000' })).toBe(false);
  });

  test('a number that nobody has is dead', async () => {
    expect(await isAlive({ pid: 2 ** 22 + 1, startedAt: '', bootId: '' })).toBe(false);
  });
});
