import type { Check } from '../check.ts';
import { askingEngine, info, ok } from '../findings.ts';

const TRIED = 'asked the daemon for its storage driver';

export const imageStore: Check = {
  id: 'D11',
  title: 'Image store',
  moment: 'doctor',
  about: {
    looks: 'Whether the daemon keeps images in containerd’s store, the default of Docker 29.',
    matters:
      '`kind load docker-image` fails there. podproof brings images into nodes through an archive, which works with both stores.',
    levels: { info: 'containerd’s store: the archive is used, as always.' },
    fix: ['Nothing to do.'],
    links: ['https://github.com/kubernetes-sigs/kind/issues/3795'],
  },
  look: askingEngine(TRIED, ({ daemon }) =>
    daemon.containerdStore
      ? info(TRIED, `containerd’s store (${daemon.storageDriver}); images go into nodes through an archive`)
      : ok(TRIED, daemon.storageDriver),
  ),
};
