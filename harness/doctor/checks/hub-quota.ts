import { stockImage, OWN_KIND_VERSION } from '../../clusters/kind/version.ts';
import { Deadline } from '../../core/deadline.ts';
import type { Check } from '../check.ts';
import { askingEngine, finding, ok, skipped } from '../findings.ts';
import type { Patient } from '../patient.ts';

const TRIED = 'asked Docker Hub how many pulls are left';
/** What Docker's documentation tells to ask; a HEAD request does not count as a pull. */
const TOKEN =
  'https://auth.docker.io/token?service=registry.docker.io&scope=repository:ratelimitpreview/test:pull';
const MANIFEST = 'https://registry-1.docker.io/v2/ratelimitpreview/test/manifests/latest';
const REGISTRY_MS = 3000;

export const hubQuota: Check = {
  id: 'D23',
  title: 'Pulls from Docker Hub',
  moment: 'doctor',
  about: {
    looks:
      'Only when a node image would have to be pulled from Docker Hub: how many anonymous pulls this address has left.',
    matters: 'Docker Hub counts pulls by address, so in an office others may have used them up.',
    levels: { warn: 'None is left.' },
    fix: ['Wait for some hours, `docker login`, or set up a mirror (`registry-mirrors` of the daemon).'],
    links: ['https://docs.docker.com/docker-hub/usage/pulls/'],
  },
  look: askingEngine(TRIED, async ({ docker }, patient, deadline) => {
    const image = patient.wish.image ?? stockImage(OWN_KIND_VERSION, patient.wish.kubernetes) ?? '';
    if (await docker.images.has(image, deadline)) return skipped(TRIED, 'nothing has to be pulled');
    const within = Deadline.in(REGISTRY_MS, 'the image registry', deadline.signal);
    if (!isOnHub(image) || (await docker.images.registryRefusal(image, within)) !== undefined) {
      return skipped(TRIED, 'nothing would be pulled from there');
    }
    const left = await pullsLeft(patient, deadline);
    if (left === undefined) return ok(TRIED, 'no limit');
    if (left > 0) return ok(TRIED, `${String(left)} left`);
    return finding('warn', {
      tried: TRIED,
      seen: '0 left',
      cause: 'Docker Hub counts anonymous pulls by address; none is left for this one.',
      fix: 'Wait for some hours, docker login, or use a mirror.',
    });
  }),
};

/** A first part without a dot, a colon or the name localhost is no host (distribution reference). */
function isOnHub(image: string): boolean {
  const [first = ''] = image.split('/');
  return first === 'docker.io' || !(image.includes('/') && (/[.:]/.test(first) || first === 'localhost'));
}

/** @returns undefined when Docker Hub names no limit, as it does for some networks */
async function pullsLeft({ fetch }: Patient, deadline: Deadline): Promise<number | undefined> {
  const { text } = await fetch(TOKEN, { deadline });
  const token = /"token"\s*:\s*"([^"]+)"/.exec(text)?.[1] ?? '';
  const answer = await fetch(MANIFEST, {
    deadline,
    method: 'HEAD',
    headers: { Authorization: `Bearer ${token}` },
  });
  // Too many requests: that is the quota speaking.
  if (answer.status === 429) return 0;
  const left = answer.headers.get('ratelimit-remaining');
  return left === null ? undefined : Number.parseInt(left, 10);
}
