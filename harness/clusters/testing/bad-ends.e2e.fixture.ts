import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { can } from '../../core/cluster.ts';
import { InterruptedError } from '../../core/errors.ts';
import { done, pending, poll } from '../../core/poll.ts';
import { sweep } from '../../lifetime/sweep.ts';
import { within } from '../../testing/e2e-settings.ts';
import type { ProviderBench } from './bench.e2e.fixture.ts';
import { CREATE_MS, options } from './scene.e2e.fixture.ts';

const CHILD = join(import.meta.dirname, 'create-and-wait.e2e.fixture.ts');

/** A creation that does not end well leaves nothing, whoever ended it. */
export function badEndTests(bench: ProviderBench): void {
  const { provider } = bench;

  describe('a creation that does not end well leaves nothing:', () => {
    test.each([1000, 6000])(
      'interrupted after %i ms',
      async (ms) => {
        const before = await bench.things();
        const interrupt = new AbortController();
        const creating = provider.create(bench.spec(1), {
          ...options(CREATE_MS, interrupt.signal),
          onBeforeCreate: () => {
            setTimeout(() => interrupt.abort(new InterruptedError('SIGINT')), ms);
          },
        });
        await expect(creating).rejects.toMatchObject({ code: 'INTERRUPTED', exitCode: 130 });
        expect(await bench.things()).toEqual(before);
      },
      120_000,
    );

    test.each([
      ['a moment after it had a name', 300, false],
      ['when its first node boots', 1500, true],
    ])(
      'killed %s, and swept by the next run',
      async (_when, ms, isThere) => {
        const before = await bench.things();
        const name = await killedCreate(bench, ms, isThere);
        expect(await provider.list()).toContainEqual(
          expect.objectContaining({ name, owner: 'dead', kept: false }),
        );
        expect(await sweep(provider, { deadline: within(90) })).toMatchObject({
          removed: [name],
          failures: [],
        });
        expect(await bench.things()).toEqual(before);
      },
      180_000,
    );

    test('more nodes than it can make are refused before anything exists', async () => {
      const before = await bench.things();
      const tooMany = can(provider, 'maxNodes') ? provider.maxNodes + 1 : 2;
      await expect(provider.create(bench.spec(tooMany), options(30_000))).rejects.toMatchObject({
        code: 'NODES',
        exitCode: 2,
      });
      expect(await bench.things()).toEqual(before);
    });
  });
}

/** Another process makes a cluster and is killed in the middle. @returns the name of the cluster */
async function killedCreate(bench: ProviderBench, ms: number, isThere: boolean): Promise<string> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CHILD, bench.provider.id], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // Nobody takes away the temporary files of a process that is killed, so they lie among ours.
    // oxlint-disable-next-line node/no-process-env -- the settings of the end-to-end tests
    env: { ...process.env, TMPDIR: bench.scratch },
  });
  const exit = once(child, 'exit');
  try {
    const [name] = (await once(createInterface(child.stdout), 'line')) as [string];
    if (isThere) {
      await poll(
        async () => ((await bench.containersOf(name)).length > 0 ? done(true) : pending('no container')),
        { deadline: within(60), pauseMs: 50 },
      );
    }
    await sleep(ms);
    return name;
  } finally {
    child.kill('SIGKILL');
    await exit;
  }
}
