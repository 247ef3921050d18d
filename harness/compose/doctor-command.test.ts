import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';

// Each test starts a real podproof, on whatever else the machine is doing.
jest.setTimeout(60_000);

const LAUNCH = fileURLToPath(new URL('../launch.js', import.meta.url));

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podproof-doctor-'));
});
afterAll(() => rm(folder, { recursive: true }));

interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The engine is one that is not there, so that nothing depends on the machine. */
function podproof(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  const places = { PODPROOF_CACHE: join(folder, 'cache'), PODPROOF_RUNS: join(folder, 'runs') };
  const child = spawn(process.execPath, [LAUNCH, ...args], {
    env: { ...process.env, ...places, DOCKER_HOST: `unix://${folder}/gone.sock`, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve) => {
    child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
  });
}

describe('podproof doctor', () => {
  test('tells everything as JSON, with the exit code it ends with, and makes nothing', async () => {
    const { exitCode, stdout, stderr } = await podproof(['doctor', '--json', '--image', 'node:1']);
    const report = JSON.parse(stdout) as { checks: { id: string; level: string; seen: string }[] };
    expect(report).toMatchObject({ schema: 1, exitCode: 3 });
    expect(report.checks.find(({ id }) => id === 'D02')).toMatchObject({
      level: 'fail',
      seen: expect.stringContaining('gone.sock'),
    });
    expect(report.checks.filter(({ seen }) => seen.startsWith('could not look'))).toEqual([]);
    expect([exitCode, stderr]).toEqual([3, '']);
    expect(await readdir(folder)).toEqual([]);
  });

  test('refuses an engine on another machine: exit 8', async () => {
    const { exitCode, stdout } = await podproof(['doctor', '--image', 'node:1'], {
      DOCKER_HOST: 'tcp://192.0.2.1:2375',
    });
    expect(exitCode).toBe(8);
    expect(stdout).toMatch(/✖ D04 [^\n]*refused/);
  });
});

describe('podproof run', () => {
  test('stops before it has made anything when the doctor finds a reason', async () => {
    const { exitCode, stderr } = await podproof(['run'], {
      PODPROOF_RUNS: join(folder, 'Dropbox', 'runs'),
      PODPROOF_CACHE: join(folder, 'Dropbox', 'cache'),
    });
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/DOCTOR_FAILED[^]*D26 [^]*Dropbox[^]*docs\/doctor\.md#d26/);
    expect(await readdir(folder)).toEqual([]);
  });
});
