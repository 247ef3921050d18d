import { describe, expect, test } from '@jest/globals';
import type { ClusterNode } from '../../core/cluster.ts';
import { Deadline } from '../../core/deadline.ts';
import { ScriptedRunner } from '../../testing/scripted-runner.ts';
import { madePaths } from './made-paths.ts';

const deadline = Deadline.in(5000, 'the test');
const pod = (...paths: string[]): Record<string, unknown> => ({
  spec: { volumes: paths.map((path, index) => ({ name: `v${String(index)}`, hostPath: { path } })) },
});

/** A node whose file system is a set of paths; some of them are not empty. */
function node(paths: Set<string>, full: readonly string[] = []): ClusterNode {
  const runner = new ScriptedRunner(([program, ...words]) => {
    const named = words.filter((word) => word.startsWith('/'));
    if (program === 'stat')
      return { stdout: named.filter((path) => paths.has(path)).join('\n'), exitCode: 1 };
    for (const path of named) if (!full.includes(path)) paths.delete(path);
    return {};
  });
  return { name: 'w', address: '', role: 'worker', schedulable: true, runner };
}

describe('madePaths', () => {
  test('what was missing before and is empty afterwards is removed, the deepest first; what was there stays', async () => {
    const paths = new Set(['/srv']);
    const worker = node(paths);
    const made = madePaths([worker]);
    await made.note(pod('/srv/a/b', '/srv'), deadline);
    for (const path of ['/srv/a', '/srv/a/b', '/srv/other']) paths.add(path);
    expect(await made.remove(deadline)).toEqual([]);
    expect([...paths]).toEqual(['/srv', '/srv/other']);
    const removal = (worker.runner as ScriptedRunner).calls.find(({ argv }) => argv[0] === 'find');
    expect(removal?.argv.slice(1, 3)).toEqual(['/srv/a/b', '/srv/a']);
  });

  test('what somebody put something into is told and left', async () => {
    const paths = new Set<string>();
    const made = madePaths([node(paths, ['/data'])]);
    await made.note(pod('/data'), deadline);
    paths.add('/data');
    expect(await made.remove(deadline)).toEqual(['/data on node w, made for a pod and not empty']);
  });

  test('paths that lead elsewhere, and nodes that could not be asked, are left alone', async () => {
    const silent = new ScriptedRunner(() => ({ notStarted: 'no' }));
    const deaf: ClusterNode = { name: 'd', address: '', role: 'worker', schedulable: true, runner: silent };
    const made = madePaths([deaf]);
    await made.note(pod('/data', '/a/../etc', 'relative'), deadline);
    expect(silent.calls[0]?.argv).toEqual(['stat', '-c', '%n', '--', '/data']);
    expect(await made.remove(deadline)).toEqual([]);
    expect(silent.calls).toHaveLength(1);
  });
});
