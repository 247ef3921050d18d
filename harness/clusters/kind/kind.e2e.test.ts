import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Deadline } from '../../core/deadline.ts';
import { done, pending, poll } from '../../core/poll.ts';
import { openBench, type ProviderBench } from '../testing/bench.e2e.fixture.ts';
import { CREATE_MS, options } from '../testing/scene.e2e.fixture.ts';

/** What only kind can meet; everything else that it promises is in contract.e2e.test.ts. */
let bench: ProviderBench;

beforeAll(async () => {
  bench = await openBench('kind');
}, 60_000);

afterAll(async () => {
  await bench[Symbol.asyncDispose]();
}, 120_000);

describe('a creation that kind cannot finish leaves nothing', () => {
  test(
    'a node that is killed meanwhile ends it early, named',
    async () => {
      const before = await bench.things();
      const creating = bench.provider.create(bench.spec(2), {
        ...options(CREATE_MS),
        onBeforeCreate: (name) => void killWhenThere(`${name}-worker`),
      });
      await expect(creating).rejects.toMatchObject({
        exitCode: 4,
        message: expect.stringMatching(/-worker (stopped|has not joined)|container .*-worker/),
      });
      expect(await bench.things()).toEqual(before);
    },
    CREATE_MS,
  );

  test(
    'an image that cannot boot',
    async () => {
      const before = await bench.things();
      const creating = bench.provider.create({ nodes: 1, image: bench.workload }, options(CREATE_MS));
      await expect(creating).rejects.toMatchObject({ code: 'KIND_FAILED' });
      expect(await bench.things()).toEqual(before);
    },
    CREATE_MS,
  );
});

/** Kills the container for good as soon as it runs. */
async function killWhenThere(container: string): Promise<void> {
  const deadline = Deadline.in(120_000, `${container} to run`);
  await poll(
    async () => {
      const state = await bench.docker.containers.inspect(container, deadline);
      return state?.running === true ? done(undefined) : pending('not there');
    },
    { deadline },
  );
  // Without the first command the engine would start it again, once.
  await bench.cli('update', '--restart=no', container);
  await bench.cli('kill', container);
}
