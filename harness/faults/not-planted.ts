/** A row of the plan that has no fault here, and why. */
export interface NotPlanted {
  readonly id: string;
  readonly what: string;
  readonly why: string;
}

/** What cannot be made on one Linux machine, or is looked at elsewhere. Nothing stands in for it here. */
export const NOT_PLANTED: readonly NotPlanted[] = [
  {
    id: 'F17',
    what: 'the port that was asked for is taken',
    why: 'podproof asks for no port of the laptop by its number',
  },
  {
    id: 'F20',
    what: 'the pull of an image is interrupted',
    why: 'kind pulls the image of the nodes, with attempts of its own; podproof pulls none',
  },
  {
    id: 'F40',
    what: 'a hostile archive of logs',
    why: 'needs no process: harness/diagnostics/tar.test.ts plants the links, devices, bombs and paths',
  },
  {
    id: 'F41',
    what: 'secrets in environment, logs and kubeconfig',
    why: 'planted in harness/compose/diagnostics.e2e.test.ts, which reads every file of the bundle of a real run',
  },
  {
    id: 'F46',
    what: 'inotify instances have run out',
    why: 'the limit counts for the whole machine: to use it up would break every other cluster on it',
  },
  {
    id: 'F49',
    what: 'Docker 20.10, 27 and 29, with both image stores',
    why: 'needs those engines; Debian 13, which the embedded one comes from, has 26.1.5 only',
  },
  {
    id: 'F51',
    what: 'a device goes after the node was made',
    why: 'needs a device that can be unplugged, and devices of the host are left alone',
  },
];
