import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Deadline } from '../../core/deadline.ts';
import type { DebianPackages, UnpackRequest } from '../../debian/packages.ts';
import { local } from '../../shell/local.ts';
import { availablePackages, enginePackages, removeOtherVersions } from './packages.ts';

const step = { update: () => undefined, done: () => undefined, fail: () => undefined };

/** Puts one file per package where the engine expects programs. */
class FakeDebian implements DebianPackages {
  readonly requests: UnpackRequest[] = [];
  failAt: string | undefined;
  async unpack(request: UnpackRequest): Promise<readonly { name: string; version: string }[]> {
    this.requests.push(request);
    if (request.suite === this.failAt) throw new Error('connection reset');
    for (const name of request.packages) {
      await mkdir(join(request.into, 'usr/bin'), { recursive: true });
      await writeFile(join(request.into, 'usr/bin', name), name);
    }
    return request.packages.map((name) => ({ name, version: '1' }));
  }
}

describe('enginePackages', () => {
  let engineFolder = '';
  let packages = new FakeDebian();
  const deadline = Deadline.in(10_000, 'the test');
  beforeEach(async () => {
    engineFolder = await mkdtemp(join(tmpdir(), 'podproof-packages-'));
    packages = new FakeDebian();
  });
  afterEach(async () => {
    await rm(engineFolder, { recursive: true });
  });
  const unpack = () => enginePackages({ engineFolder, packages, arch: 'x64', deadline, step });

  test('are unpacked once', async () => {
    const first = await unpack();
    expect(await unpack()).toEqual(first);
    expect(packages.requests.map((request) => request.suite)).toEqual(['bookworm', 'trixie']);
    expect(await availablePackages(engineFolder, 'x64')).toEqual(first);
  });

  test('half-unpacked ones are never used', async () => {
    packages.failAt = 'trixie';
    await expect(unpack()).rejects.toThrow('connection reset');
    expect(await availablePackages(engineFolder, 'x64')).toBeUndefined();
    packages.failAt = undefined;
    const found = await unpack();
    expect((await stat(found.folder)).isDirectory()).toBe(true);
  });

  test('earlier versions go, nothing else does', async () => {
    const { folder } = await unpack();
    for (const name of ['packages-0123456789/root', 'data/overlay2']) {
      await mkdir(join(engineFolder, name), { recursive: true });
    }
    await removeOtherVersions(engineFolder, folder);
    expect((await readdir(engineFolder)).length).toBe(2);
    expect(await readdir(join(engineFolder, 'data'))).toEqual(['overlay2']);
  });

  test("the daemon's iptables gives Docker's chains our names and touches no other word", async () => {
    const found = await unpack();
    const program = join(found.path[0] ?? '', 'iptables');
    expect(dirname(dirname(program))).toBe(found.folder);
    const words = [
      ...['--wait', '-t', 'nat', '-A', 'DOCKER', '-m', 'comment', '--comment', 'two words', '-j'],
      ...['DOCKER-ISOLATION-STAGE-2', 'DOCKER_OUTPUT', 'NODOCKER', '', '$(id)', '-n'],
    ];
    const show = join(engineFolder, 'show');
    await writeFile(show, '#!/bin/sh\nfor word; do echo "[$word]"; done\n', { mode: 0o700 });
    const env = { PODPROOF_CHAINS: 'PPabc123', PODPROOF_XTABLES: show };
    const shown = await local().run([program, ...words], { deadline, env });
    const expected = ['iptables', ...words].map((word) =>
      word.replace(/^DOCKER$/, 'PPabc123').replace(/^DOCKER-/, 'PPabc123-'),
    );
    expect(shown.stdout.trimEnd().split('\n')).toEqual(expected.map((word) => `[${word}]`));
  });
});
