import { describe, expect, test } from '@jest/globals';
import { Deadline } from '../core/deadline.ts';
import { ScriptedRunner } from '../testing/scripted-runner.ts';
import { checkBuildRequirements, type Machine } from './build-requirements.ts';
import { proxyEnvironment } from './debian-mirror.ts';

const GOOD: Machine = { platform: 'linux', uid: 0, freeBytes: 50e9 };

async function hintFor(machine: Partial<Machine>, missing: readonly string[] = []): Promise<unknown> {
  const runner = new ScriptedRunner(([program = '']) =>
    missing.includes(program) ? { notStarted: `spawn ${program} ENOENT` } : undefined,
  );
  const deadline = Deadline.in(5000, 'the check');
  return checkBuildRequirements(runner, { ...GOOD, ...machine }, deadline).then(
    () => 'fine',
    (error: unknown) => (typeof error === 'object' && error !== null && 'hint' in error ? error.hint : error),
  );
}

describe('requirements of a build', () => {
  test('a machine with everything passes', async () => {
    expect(await hintFor({})).toBe('fine');
  });

  test('everything that is missing is said at once', async () => {
    const hint = await hintFor({ uid: 1000, freeBytes: 3e9 }, ['go', 'gcc']);
    expect(hint).toMatch(/as root.*free 5\.0 GB.*install Go.*install gcc/);
    expect(hint).not.toContain('wget');
  });

  test('another system cannot build it', async () => {
    expect(await hintFor({ platform: 'darwin', uid: undefined })).toMatch(/run on Linux/);
  });
});

describe('the proxy of apt for other programs', () => {
  test('serves both protocols when only one is set', () => {
    expect(proxyEnvironment("PLAIN='http://proxy.example:3128'\n")).toEqual({
      http_proxy: 'http://proxy.example:3128',
      https_proxy: 'http://proxy.example:3128',
    });
    expect(proxyEnvironment('')).toEqual({});
  });
});
