import { delimiter, join } from 'node:path';
import type { Check } from '../check.ts';
import { finding, ok } from '../findings.ts';

const TRIED = 'looked for a lock file beside your kubeconfig';

export const kubeconfigLock: Check = {
  id: 'D20',
  title: 'Lock on your kubeconfig',
  moment: 'doctor',
  about: {
    looks: 'A `.lock` file beside the files that KUBECONFIG names, or beside `~/.kube/config`.',
    matters:
      'kind, kubectl and minikube refuse to write a kubeconfig while such a file is there, and it never expires. podproof itself neither reads nor writes your kubeconfig.',
    levels: { info: 'There is one.' },
    fix: ['If no other tool is writing right now, remove it: `rm ~/.kube/config.lock`.'],
    links: ['https://github.com/kubernetes-sigs/kind/issues/2008'],
  },
  async look({ environment, folders, files }) {
    const named = (environment['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
    const configs = named.length > 0 ? named : [join(folders.home, '.kube', 'config')];
    const locks = configs.map((path) => `${path}.lock`);
    const there = await Promise.all(locks.map((path) => files.exists(path)));
    const found = locks.filter((_, index) => there[index] === true);
    if (found.length === 0) return ok(TRIED, 'none');
    return finding('info', {
      tried: TRIED,
      seen: found.join(', '),
      cause: 'podproof does not use that file; kind and kubectl will fail to write it.',
      fix: `If no tool is writing it now: rm ${found.join(' ')}`,
    });
  },
};
