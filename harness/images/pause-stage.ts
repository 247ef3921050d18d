import { join } from 'node:path';
import type { Stage } from './stage.ts';
import { recipe, work, type Workshop } from './workshop.ts';

/** The program of every pod sandbox. C, because it is started once per pod and should cost nothing. */
export function pauseStage(shop: Workshop): Stage {
  const source = recipe(shop, 'node-image/pause/pause.c');
  const flags = ['-Os', '-static', '-s', '-Wall', '-Wextra', '-Werror'];
  return {
    name: 'pause',
    title: 'node image: pause',
    estimateMs: 500,
    lane: 'cpu',
    needs: [],
    inputs: [source],
    settings: { flags, architecture: shop.architecture },
    async build(job) {
      const argv: [string, ...string[]] = ['gcc', ...flags, '-o', join(job.into, 'pause'), source];
      await work(shop, { argv, what: 'compiling pause', deadline: job.deadline });
    },
  };
}
