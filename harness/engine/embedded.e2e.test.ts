import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { local } from '../shell/local.ts';
import { embeddedEngineStatus, stopEmbeddedEngine } from './embedded/stop-kept.ts';
import { EngineWorld } from './testing/engine-world.ts';
import { within } from './testing/run.ts';

const CLEAN = { outcome: 'stopped', leftovers: [], restored: true };

/** Real engines on the real host. Needs root and Linux; a minute or two. */
describe('the embedded engine', () => {
  let world: EngineWorld;
  let before = '';
  beforeAll(async () => {
    world = await EngineWorld.create();
  }, 300_000);
  beforeEach(async () => {
    before = await world.host();
  });
  afterEach(async () => {
    // After a failure: the next test starts from a clean host all the same.
    await world.stopLeftovers();
  }, 60_000);
  afterAll(async () => {
    await world.close();
  }, 60_000);

  const target = () => ({ cacheDir: world.cacheDir(), runner: local(), deadline: within(60) });

  test('runs privileged containers with a published port, and leaves no trace', async () => {
    await using child = await world.start();
    expect(await child.docker('version', '--format', '{{.Server.Version}}')).toMatch(/^2\d\./);
    await child.docker('network', 'create', 'extra');
    await child.serve('hello', 18080);
    expect(await world.fetch(18080)).toBe('hello\n');
    const status = await child.docker('exec', 'hello', 'grep', 'CapEff', '/proc/self/status');
    expect(status).toMatch(/CapEff:\s+0*1ff/);
    expect(await world.host()).not.toBe(before);
    const report = await child.release();
    expect(report).toMatchObject({ ...CLEAN, sharedWithOthers: [] });
    expect(await readFile(report.logFile ?? '', 'utf8')).toContain('Daemon has completed initialization');
    expect(await world.host()).toBe(before);
  }, 120_000);

  test('is repaired by the next start after daemon and podproof were killed', async () => {
    await using child = await world.start();
    const stubborn = ['--restart', 'always', '--network', 'kind', 'tiny', 'sleep', '1000'];
    await child.docker('run', '--detach', '--name', 'survivor', ...stubborn);
    const { pid } = await embeddedEngineStatus(target());
    await child.kill();
    process.kill(pid ?? 0, 'SIGKILL');
    await world.untilEnded(pid ?? 0);
    expect((await world.programs()).join(' ')).toContain('containerd-shim');
    expect(await embeddedEngineStatus(target())).toMatchObject({ state: 'crashed', users: [] });
    await using next = await world.start();
    expect(await next.docker('network', 'ls', '--format', '{{.Name}}')).toContain('kind');
    await next.docker('rm', '--force', 'survivor');
    expect(await next.release()).toMatchObject(CLEAN);
    expect(await world.host()).toBe(before);
  }, 120_000);

  test('is adopted when only podproof was killed', async () => {
    await using child = await world.start();
    const first = await embeddedEngineStatus(target());
    await child.kill();
    expect(await embeddedEngineStatus(target())).toMatchObject({ state: 'healthy', users: [] });
    await using next = await world.start();
    expect(await embeddedEngineStatus(target())).toMatchObject({ state: 'healthy', pid: first.pid });
    expect(next.engine.daemonId).toBe(child.engine.daemonId);
    expect(await next.release()).toMatchObject(CLEAN);
    expect(await world.host()).toBe(before);
  }, 120_000);

  test('serves several runs and goes with the last one', async () => {
    const starting = world.start();
    await using second = await world.start();
    await using first = await starting;
    expect(first.engine.daemonId).toBe(second.engine.daemonId);
    const reason = expect.stringMatching(/^process \d+ uses it/) as unknown;
    expect(await first.release()).toMatchObject({ outcome: 'kept', reason });
    await expect(stopEmbeddedEngine(target())).rejects.toMatchObject({ code: 'ENGINE_IN_USE', exitCode: 9 });
    expect(await second.docker('info', '--format', '{{.ID}}')).toContain(first.engine.daemonId);
    expect(await second.release()).toMatchObject(CLEAN);
    expect(await world.host()).toBe(before);
  }, 120_000);

  test('stays when it is kept, until its next user goes', async () => {
    await using child = await world.start();
    expect(await child.release('keep')).toMatchObject({ outcome: 'kept' });
    expect(await embeddedEngineStatus(target())).toMatchObject({ state: 'healthy', users: [] });
    await using next = await world.start();
    expect(next.engine.daemonId).toBe(child.engine.daemonId);
    expect(await next.release()).toMatchObject(CLEAN);
    expect(await embeddedEngineStatus(target())).toMatchObject({ state: 'stopped' });
    expect(await world.host()).toBe(before);
  }, 120_000);

  test('lives beside another engine, whose rules and containers go on', async () => {
    await using first = await world.start('a');
    await first.serve('first', 18081);
    expect(await world.fetch(18081)).toBe('first\n');
    const alone = await world.host();
    await using second = await world.start('b');
    expect(second.engine.daemonId).not.toBe(first.engine.daemonId);
    const sharedWithOthers = [expect.stringContaining(world.cacheDir('a'))];
    expect(await second.release()).toMatchObject({ ...CLEAN, sharedWithOthers });
    expect(await world.host()).toBe(alone);
    expect(await world.fetch(18081)).toBe('first\n');
    await first.docker('rm', '--force', 'first');
    expect(await first.release()).toMatchObject(CLEAN);
    expect(await world.host()).toBe(before);
  }, 120_000);

  test('of two engines the last to go puts back what the first one changed', async () => {
    await using first = await world.start('a');
    await using second = await world.start('b');
    expect(await first.release()).toMatchObject(CLEAN);
    expect(await second.release()).toMatchObject({ ...CLEAN, sharedWithOthers: [] });
    expect(await world.host()).toBe(before);
  }, 120_000);
});
