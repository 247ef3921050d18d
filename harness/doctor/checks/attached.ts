import { lookup } from 'node:dns/promises';
import { delimiter, join } from 'node:path';
import { judgedContext } from '../../clusters/attached/judged-context.ts';
import { HarnessError } from '../../core/errors.ts';
import { readUserContexts } from '../../kube/user-kubeconfig.ts';
import type { Check } from '../check.ts';
import { findingOf, ok, skipped } from '../findings.ts';

const TRIED = 'read the kubeconfig as data';

export const attached: Check = {
  id: 'D21',
  title: 'Cluster of your own',
  // The run judges with the same function, before it starts anything.
  moment: 'run',
  about: {
    looks:
      'For the provider `attached` only: whether you named a context and agreed, and whether that context leads to an API server on this machine or to one that you allowed, over verified HTTPS, without a program that signs in. Nothing in the file is run, and nobody is connected to.',
    matters: 'Privileged pods would be started on somebody else’s machines.',
    levels: {
      refuse: 'It leads elsewhere, would run a program, or you did not agree (exit 8).',
      fail: 'It cannot be read, or there is no such context.',
    },
    fix: [
      'Say `--provider attached --context NAME --i-own-this-cluster`, and for a server elsewhere `--allow-server HOST`.',
      'Or use the default provider, which makes a cluster of its own and removes it.',
    ],
  },
  async look({ wish, environment, folders }, deadline) {
    if (wish.provider !== 'attached' || wish.attach === undefined)
      return skipped(TRIED, `podproof makes its own cluster (${wish.provider})`);
    const named = (environment['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
    const files = named.length > 0 ? named : [join(folders.home, '.kube', 'config')];
    try {
      const judging = judgedContext({
        contexts: () => readUserContexts(files),
        wish: wish.attach,
        lookup: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
      });
      const { context, server } = await deadline.race(judging);
      return ok(TRIED, `${context.name} at ${server.url}`);
    } catch (error) {
      if (error instanceof HarnessError && !deadline.signal.aborted)
        return findingOf(error, `${TRIED}: ${files.join(', ')}`);
      throw error;
    }
  },
};
