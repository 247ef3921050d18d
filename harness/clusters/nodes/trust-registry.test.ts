import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CommandRunner } from '../../core/command.ts';
import { Deadline } from '../../core/deadline.ts';
import { local } from '../../shell/local.ts';
import { ScriptedRunner } from '../../testing/scripted-runner.ts';
import { trustRegistry } from './trust-registry.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'podproof-nodes-'));
});
afterEach(() => rm(root, { recursive: true }));

/** A node whose files are in a folder of this machine. */
function node(name: string): { readonly name: string; readonly runner: CommandRunner } {
  const run: CommandRunner['run'] = ([program, ...words], options) => {
    const here = words.map((word) => word.replace(/^(?=\/etc\/)/, join(root, name)));
    return local().run([program, ...here], options);
  };
  return { name, runner: { where: `node ${name}`, run } };
}

const deadline = (): Deadline => Deadline.in(5000, 'the nodes');

describe('telling nodes of the registry', () => {
  test('each node asks the new address only, also after an old one', async () => {
    const nodes = [node('a'), node('b')];
    for (const address of ['172.18.0.5:5000', '172.18.0.6:5000'])
      await trustRegistry(nodes, address, deadline());
    for (const { name } of nodes) {
      const folder = join(root, name, 'etc/containerd/certs.d/localhost:5001');
      expect(await readdir(folder)).toEqual(['hosts.toml']);
      expect(await readFile(join(folder, 'hosts.toml'), 'utf8')).toBe('server = "http://172.18.0.6:5000"\n');
    }
  });

  test('a node that does not take it is named', async () => {
    const full = new ScriptedRunner(() => ({ exitCode: 1, stderr: 'sh: write error: No space left' }));
    await expect(
      trustRegistry([node('a'), { name: 'b', runner: full }], '172.18.0.5:5000', deadline()),
    ).rejects.toMatchObject({
      code: 'REGISTRY_NOT_TRUSTED',
      message: expect.stringMatching(/^b was not told .*172\.18\.0\.5:5000.*No space left/),
    });
  });
});
