import { join } from 'node:path';
import { HarnessError } from '../../core/errors.ts';
import { readKubeconfig } from '../../kube/kubeconfig.ts';
import type { Check } from '../check.ts';
import { findingOf, ok, skipped } from '../findings.ts';

const TRIED = 'read the kubeconfig as data';

export const attached: Check = {
  id: 'D21',
  title: 'Cluster of your own',
  moment: 'start',
  about: {
    looks:
      'For the provider `attached` only: whether the current context leads to an API server on this machine or in a private network, over verified HTTPS, without a program that signs in. Nothing in the file is run.',
    matters: 'Privileged pods would be started on somebody else’s machines.',
    levels: { refuse: 'It leads elsewhere, or would run a program (exit 8).', fail: 'It cannot be read.' },
    fix: ['Use the default provider, which makes a cluster of its own and removes it.'],
  },
  async look({ wish, environment, folders }, deadline) {
    if (wish.provider !== 'attached')
      return skipped(TRIED, `podproof makes its own cluster (${wish.provider})`);
    const path = environment['KUBECONFIG'] || join(folders.home, '.kube', 'config');
    try {
      const { server } = await deadline.race(readKubeconfig(path));
      return ok(TRIED, server);
    } catch (error) {
      if (error instanceof HarnessError && !deadline.signal.aborted)
        return findingOf(error, `${TRIED}: ${path}`);
      throw error;
    }
  },
};
