import { expect, test } from '@jest/globals';
import { laterThan } from './devices.ts';

test('a device that came after the container is told by the node’s clock, one that was there is not', () => {
  // 2026-11-28T03:00:00Z is 1795834800.
  const listing =
    '1795834799 /dev/sda\n1795834800 /dev/loop7\nstat: cannot statx /dev/gone\n1795835000 /dev/my disk\n';
  expect(laterThan('2026-11-28T03:00:00Z', listing)).toEqual(['/dev/loop7', '/dev/my disk']);
  expect(laterThan('2026-11-28T03:00:00Z', '')).toEqual([]);
});
