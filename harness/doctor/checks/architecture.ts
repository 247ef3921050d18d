import type { Check } from '../check.ts';
import { askingEngine, finding, ok } from '../findings.ts';
import { imagesOfNodes } from '../node-images.ts';

const TRIED = 'compared the architectures of Node, of the daemon and of the node image';

/** Node's word, the kernel's words and Go's word for the same thing. */
const NAMES: Readonly<Record<string, string>> = {
  x64: 'amd64',
  x86_64: 'amd64',
  amd64: 'amd64',
  arm64: 'arm64',
  aarch64: 'arm64',
};

export const architecture: Check = {
  id: 'D12',
  title: 'Architecture',
  moment: 'cluster',
  about: {
    looks: 'Whether Node, the daemon and the node image in the engine are of the same architecture.',
    matters:
      'An image of another architecture runs under emulation, where systemd and containerd in a node do not work. A Node of another architecture than the daemon is slow, or the daemon is not where you think.',
    levels: {
      fail: 'The node image is of another architecture than the daemon.',
      warn: 'Node is of another architecture than the daemon.',
    },
    fix: [
      'Image: leave `--image` out, or name one for your architecture; `docker image rm` the wrong one.',
      'Node: install the native one (on a Mac with Apple silicon: arm64).',
    ],
  },
  look: askingEngine(TRIED, async ({ daemon, docker }, patient, deadline) => {
    const ours = NAMES[patient.node.arch] ?? patient.node.arch;
    const theirs = NAMES[daemon.architecture] ?? daemon.architecture;
    for (const image of await imagesOfNodes(patient, deadline)) {
      const found = await docker.images.architecture(image, deadline);
      if (found === undefined) continue;
      if (found === theirs) break;
      return finding('fail', {
        tried: TRIED,
        seen: `${image} is ${found}, the daemon ${theirs}`,
        cause: 'Under emulation systemd and containerd of a node do not work.',
        fix: `docker image rm ${image}, or name another one with --image.`,
      });
    }
    if (ours === theirs) return ok(TRIED, theirs);
    return finding('warn', {
      tried: TRIED,
      seen: `Node is ${ours}, the daemon ${theirs}`,
      cause: 'Node runs under emulation, or the daemon is on another machine.',
      fix: `Install Node for ${theirs}.`,
    });
  }),
};
