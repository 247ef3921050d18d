import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { killOrphans, makesNodesOf } from './kill-orphans.ts';

const name = 'podproof-0a0b0c';

describe('orphans of a killed run', () => {
  test.each([
    [true, ['/cache/kind', 'create', 'cluster', '--name', name, '--kubeconfig', 'x']],
    [true, ['docker', 'run', '--name', `${name}-worker`, '--label', `io.x-k8s.kind.cluster=${name}`]],
    [false, ['kind', 'create', 'cluster', '--name', `${name}1`]],
    [false, ['kind', 'create', 'cluster', name]],
    [false, ['kind', 'delete', 'cluster', '--name', name]],
    [false, ['vim', `${name}.md`]],
    [false, ['']],
  ])('%s for %j', (expected, argv) => {
    expect(makesNodesOf(name, argv)).toBe(expected);
  });

  test('the orphan is ended and its neighbour is not', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'podproof-orphan-'));
    // A program with the first argument of kind, as a file, so that the rest of the arguments can be kind's too.
    await writeFile(join(folder, 'create'), "console.log('up'); setTimeout(() => {}, 20_000)");
    const start = async (cluster: string): Promise<ChildProcess> => {
      const child = spawn(process.execPath, ['create', 'cluster', '--name', cluster], { cwd: folder });
      await once(child.stdout, 'data');
      return child;
    };
    const [orphan, neighbour] = await Promise.all([start(name), start(`${name}1`)]);
    const ended = once(orphan, 'exit');
    try {
      await killOrphans(name);
      expect((await ended)[1]).toBe('SIGKILL');
      expect(neighbour.signalCode).toBeNull();
    } finally {
      neighbour.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    }
  });
});
