import type { Check } from '../check.ts';
import { askingEngine, finding, ok } from '../findings.ts';

const TRIED = 'asked the daemon for its security options and the limits it can set';

export const rootless: Check = {
  id: 'D07',
  title: 'Rootless engine',
  moment: 'engine',
  about: {
    looks:
      'Whether the daemon runs without root, and then whether it may limit memory, processors and processes.',
    matters:
      'A rootless daemon can run nodes only with cgroup v2 and delegated controllers. Root in its nodes is not root of the machine, so claims about devices and users say less there.',
    levels: {
      fail: 'Rootless without cgroup v2 or without delegation: nodes do not start.',
      warn: 'Rootless with everything that nodes need.',
    },
    fix: [
      'Delegate the controllers to your user: a drop-in for `user@.service` with `Delegate=yes`, then log in again.',
      'Or use an engine that runs as root.',
    ],
    links: ['https://kind.sigs.k8s.io/docs/user/rootless/'],
  },
  look: askingEngine(TRIED, ({ daemon }) => {
    if (!daemon.security.includes('rootless')) return ok(TRIED, 'runs as root');
    const missing = [
      ...(daemon.cgroupVersion === '2' ? [] : ['cgroup v2']),
      ...daemon.missingLimits.map((limit) => `limits of ${limit}`),
    ];
    if (missing.length > 0) {
      return finding('fail', {
        tried: TRIED,
        seen: `rootless, without ${missing.join(', ')}`,
        cause: 'Nodes cannot start in such an engine.',
        fix: 'Delegate the controllers (https://kind.sigs.k8s.io/docs/user/rootless/), or use an engine that runs as root.',
      });
    }
    return finding('warn', {
      tried: TRIED,
      seen: 'rootless',
      cause: 'Root in a node is an ordinary user of this machine: claims about devices may not hold.',
      fix: 'Use an engine that runs as root for the scenarios about devices and users.',
    });
  }),
};
