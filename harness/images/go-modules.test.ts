import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../core/clock.ts';
import { Deadline } from '../core/deadline.ts';
import { debianPackages } from '../debian/packages.ts';
import { ScriptedRunner, type Script } from '../testing/scripted-runner.ts';
import { goStage, modulesNotDownloaded, type GoProgram } from './go-modules.ts';
import type { Workshop } from './workshop.ts';

/** Recorded from go1.26 with a proxy that refuses connections, and with a typing error. */
const REFUSED = `go: downloading k8s.io/kubernetes v1.37.2
main.go:2:8: k8s.io/kubernetes@v1.37.2: Get "http://127.0.0.1:1/k8s.io/kubernetes/@v/v1.37.2.zip": dial tcp 127.0.0.1:1: connect: connection refused
github.com/containernetworking/plugins@v1.9.1: Get "http://127.0.0.1:1/github.com/containernetworking/plugins/@v/v1.9.1.zip": dial tcp 127.0.0.1:1: connect: connection refused
`;
const TOOLCHAIN = `go: downloading go1.27.9 (linux/amd64)
go: download go1.27.9: golang.org/toolchain@v0.0.1-go1.27.9.linux-amd64: Get "http://127.0.0.1:1/golang.org/toolchain/@v/v0.0.1-go1.27.9.linux-amd64.zip": dial tcp 127.0.0.1:1: connect: connection refused
`;
const COMPILER = `# podproof.local/node/agent
./main.go:12:2: undefined: missing
`;

describe('modules that could not be downloaded', () => {
  test('are named without their address', () => {
    expect(modulesNotDownloaded(REFUSED)).toEqual([
      'k8s.io/kubernetes@v1.37.2',
      'github.com/containernetworking/plugins@v1.9.1',
    ]);
    expect(modulesNotDownloaded(TOOLCHAIN)).toEqual(['golang.org/toolchain@v0.0.1-go1.27.9.linux-amd64']);
  });

  test('a compiler error is not a download error', () => {
    expect(modulesNotDownloaded(COMPILER)).toEqual([]);
  });
});

let into: string;
beforeEach(async () => {
  into = await mkdtemp(join(tmpdir(), 'podproof-go-'));
});
afterEach(() => rm(into, { recursive: true }));

const PROGRAM: GoProgram = {
  name: 'agent',
  title: 'node image: CNI agent',
  folder: 'node-image/agent',
  estimateMs: 1,
  target: '.',
};

async function build(
  script: Script,
  program = PROGRAM,
): Promise<{ runner: ScriptedRunner; updates: string[] }> {
  const runner = new ScriptedRunner(script);
  const updates: string[] = [];
  const shop: Workshop = {
    runner,
    clock: { ...systemClock, sleep: () => Promise.resolve() },
    cacheDir: '/cache',
    recipeDir: '/recipe',
    architecture: 'amd64',
    debian: debianPackages({ cacheDir: '/cache', runner }),
    mirror: () => Promise.reject(new Error('not needed')),
  };
  await goStage(shop, program).build({
    into,
    deadline: Deadline.in(5000, 'the build'),
    step: { update: (text) => updates.push(text), done: () => undefined, fail: () => undefined },
    folderOf: (name) => `/cache/images/${name}-0`,
  });
  return { runner, updates };
}

describe('a Go stage', () => {
  test('builds inside the recipe with caches of its own, and tells what it downloads and compiles', async () => {
    const { runner, updates } = await build(() => ({
      stderr: 'go: downloading golang.org/x/net v0.43.0\ninternal/abi\ngolang.org/x/net/html\n',
    }));
    const [call] = runner.calls;
    expect(call?.argv).toEqual(expect.arrayContaining(['go', 'build', '-o', `${into}/`, '.']));
    expect(call?.options.cwd).toBe('/recipe/node-image/agent');
    expect(call?.options.env).toMatchObject({
      GOCACHE: '/cache/go/build',
      GOMODCACHE: '/cache/go/mod',
      CGO_ENABLED: '0',
    });
    expect(updates).toEqual([
      'downloading module 1: golang.org/x/net',
      'compiling package 1: internal/abi',
      'compiling package 2: golang.org/x/net/html',
    ]);
    expect(call?.options.env?.['GOTMPDIR']).toBe(join(into, 'tmp'));
    expect(await readdir(into)).toEqual([]);
  });

  test('fails as an environment error that names the module when a download fails', async () => {
    await expect(build(() => ({ exitCode: 1, stderr: REFUSED }))).rejects.toMatchObject({
      code: 'GO_MODULES_UNAVAILABLE',
      exitCode: 3,
      message:
        'Could not download k8s.io/kubernetes@v1.37.2, github.com/containernetworking/plugins@v1.9.1 ' +
        '(node image: CNI agent): dial tcp 127.0.0.1:1: connect: connection refused',
    });
  });

  test('tries again when a download failed, and only then', async () => {
    let calls = 0;
    const { updates } = await build(() => (++calls === 1 ? { exitCode: 1, stderr: REFUSED } : undefined));
    expect(calls).toBe(2);
    expect(updates.at(-1)).toMatch(/kubernetes@v1.37.2 failed, trying again/);
    calls = 0;
    await expect(build(() => ({ exitCode: ++calls, stderr: COMPILER }))).rejects.toThrow(
      'undefined: missing',
    );
    expect(calls).toBe(1);
  });

  test('fails as a build error with the compiler’s words otherwise', async () => {
    await expect(build(() => ({ exitCode: 1, stderr: COMPILER }))).rejects.toMatchObject({
      code: 'IMAGE_BUILD_FAILED',
      message: expect.stringMatching(/CNI agent.*undefined: missing/s),
    });
  });

  test('takes the C headers from the stage that it names', async () => {
    const cgo: GoProgram['cgo'] = { needs: 'seccomp', env: (folder) => ({ PKG_CONFIG_SYSROOT_DIR: folder }) };
    const { runner } = await build(() => undefined, { ...PROGRAM, cgo });
    expect(runner.calls[0]?.options.env).toMatchObject({
      CGO_ENABLED: '1',
      PKG_CONFIG_SYSROOT_DIR: '/cache/images/seccomp-0',
    });
  });
});
