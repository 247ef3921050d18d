import { describe, expect, test } from '@jest/globals';
import type { CommandRunner } from '../core/command.ts';
import { exited } from '../testing/fake-cluster.ts';
import { comparedWithNode } from './processes.ts';

const INIT = { pid: 1, line: '/sbin/init' };
const KUBELET = { pid: 180, line: '/usr/bin/kubelet' };
const GONE = { pid: 300, line: 'runc init' };

describe('comparedWithNode', () => {
  test('a process that ended meanwhile is not missed, one that stayed is', async () => {
    const node = [
      [INIT, KUBELET, GONE],
      [INIT, KUBELET],
    ];
    await expect(seen([INIT, KUBELET], node)).resolves.toMatchObject({ node: [INIT, KUBELET], missing: [] });
    await expect(seen([INIT], node)).resolves.toMatchObject({ missing: [KUBELET] });
  });

  test('the same number with other words is another process, and the same words with another number, too', async () => {
    const own = [
      { ...INIT, line: 'sleep infinity' },
      { ...KUBELET, pid: 8 },
    ];
    await expect(
      seen(own, [
        [INIT, KUBELET],
        [INIT, KUBELET],
      ]),
    ).resolves.toMatchObject({
      missing: [INIT, KUBELET],
    });
  });
});

type Lines = readonly { readonly pid: number; readonly line: string }[];

function seen(own: Lines, node: Lines[]): ReturnType<typeof comparedWithNode> {
  return comparedWithNode({
    runner: printing([own]),
    node: { name: 'a', address: '192.0.2.1', runner: printing(node) },
  });
}

/** Prints one list after the other, as `head -v` prints /proc/PID/cmdline. */
function printing(lists: Lines[]): CommandRunner {
  const next = lists.values();
  const text = (lines: Lines): string =>
    lines
      .map(({ pid, line }) => `==> /proc/${String(pid)}/cmdline <==\n${line.replaceAll(' ', '\0')}\0\n`)
      .join('\n');
  return { where: 'a', run: () => Promise.resolve(exited(text(next.next().value ?? []))) };
}
