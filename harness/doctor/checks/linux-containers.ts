import type { Check } from '../check.ts';
import { askingEngine, findingOf, ok } from '../findings.ts';

const TRIED = 'asked the daemon which containers it runs';

export const linuxContainers: Check = {
  id: 'D05',
  title: 'Linux containers',
  moment: 'run',
  about: {
    looks: 'The `OSType` of the daemon.',
    matters: 'A node of Kubernetes, as kind makes it, is a Linux container.',
    levels: { fail: 'The daemon runs Windows containers.' },
    fix: ['Docker Desktop: “Switch to Linux containers…” in its menu.'],
  },
  look: askingEngine(TRIED, ({ problem, daemon }) =>
    problem?.code === 'ENGINE_NOT_LINUX' ? findingOf(problem, TRIED) : ok(TRIED, daemon.osType),
  ),
};
