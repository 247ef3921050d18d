import type { Check } from '../check.ts';
import { finding, ok } from '../findings.ts';
import { ownClusters } from '../own-clusters.ts';

const TRIED = 'looked for processes that own the clusters in the cache';

export const leftovers: Check = {
  id: 'D18',
  title: 'Left by dead runs',
  // A run sweeps by itself and says what it removed.
  moment: 'doctor',
  about: {
    looks: 'Clusters in podproof’s cache whose owner is no longer alive and that nobody asked to keep.',
    matters: 'Their nodes take memory, disk and inotify instances.',
    levels: {
      info: 'There are some; the next run removes them before it makes anything. The doctor itself removes nothing.',
    },
    fix: ['`npm run clean` removes them now.'],
  },
  async look({ folders }) {
    const dead = (await ownClusters(folders.cache)).filter(({ use }) => use === 'none');
    if (dead.length === 0) return ok(TRIED, 'nothing');
    return finding('info', {
      tried: TRIED,
      seen: dead.map(({ name }) => name).join(', '),
      cause: 'Their runs were killed. The next run removes them.',
      fix: 'Or now: npm run clean',
    });
  },
};
