import type { Check } from '../check.ts';
import { gibibytes, info, ok } from '../findings.ts';
import { ownClusters } from '../own-clusters.ts';

const TRIED = 'looked into the records of clusters in the cache';
/** Measured with `docker stats` on three nodes of Kubernetes 1.37: 0.8 GiB when new, 1.1 GiB after some runs. */
const MEMORY_OF_CLUSTER = 1.1 * 2 ** 30;

export const otherClusters: Check = {
  id: 'D19',
  title: 'Clusters that are there',
  moment: 'doctor',
  about: {
    looks: 'Clusters of podproof that other runs use now or that were kept.',
    matters: 'Each takes memory and inotify instances; the next run takes a kept one over when it fits.',
    levels: { info: 'There are some.' },
    fix: ['`npm run podproof -- down` removes kept ones. Those of live runs go with their runs.'],
  },
  async look({ folders }) {
    const there = (await ownClusters(folders.cache)).filter(({ use }) => use !== 'none');
    if (there.length === 0) return ok(TRIED, 'none');
    const names = there.map(({ name, use }) => `${name} (${use === 'run' ? 'in use' : 'kept'})`);
    return info(TRIED, `${names.join(', ')}; about ${gibibytes(there.length * MEMORY_OF_CLUSTER)} of memory`);
  },
};
