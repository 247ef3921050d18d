import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

/** The user's own kubeconfig, whatever state it is in: real runs on the kept cluster neither need nor touch it. */
const folder = mkdtempSync(join(tmpdir(), 'podproof-kubeconfig-e2e-'));
const runs = mkdtempSync(join(tmpdir(), 'podproof-kubeconfig-e2e-runs-'));
const path = (name: string): string => join(folder, name);
const CONFIG = 'apiVersion: v1\nkind: Config\ncurrent-context: production\n';

beforeAll(() => {
  for (const name of ['locked', 'read-only', 'target']) writeFileSync(path(name), CONFIG);
  writeFileSync(path('locked.lock'), '');
  chmodSync(path('read-only'), 0o400);
  writeFileSync(path('malformed'), '\0{[ not yaml');
  symlinkSync(path('target'), path('link'));
  symlinkSync(path('nowhere'), path('dangling'));
});
afterAll(() => [folder, runs].forEach((each) => rmSync(each, { recursive: true, force: true })));

/** Every entry of the folder with all that could change. */
function state(): readonly string[] {
  return readdirSync(folder)
    .toSorted()
    .map((name) => {
      const { mode, mtimeMs, ino, size } = lstatSync(path(name));
      const isLink = lstatSync(path(name)).isSymbolicLink();
      const content = isLink ? readlinkSync(path(name)) : readFileSync(path(name), 'base64');
      return [name, mode, mtimeMs, ino, size, content].join(' ');
    });
}

test.each(['locked', 'read-only', 'malformed', 'absent', 'link', 'dangling'])(
  'a kubeconfig that is %s stays as it is, and the run is fine',
  (name) => {
    const before = state();
    const launch = fileURLToPath(new URL('../launch.js', import.meta.url));
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [launch, 'run', 'run-as-guest', '--keep', '--no-jest'],
      {
        env: { ...process.env, KUBECONFIG: path(name), PODPROOF_RUNS: runs },
        encoding: 'utf8',
        timeout: 120_000,
      },
    );
    expect(state()).toEqual(before);
    expect(stdout + stderr).not.toContain('LEFT BEHIND');
    expect(status).toBe(0);
  },
  150_000,
);
