/** A row of the plan that has no fault here, and why. */
export interface NotPlanted {
  readonly id: string;
  readonly what: string;
  readonly why: string;
}

/** What cannot be made on one Linux machine, or is looked at elsewhere. Nothing stands in for it here. */
export const NOT_PLANTED: readonly NotPlanted[] = [
  {
    id: 'F09',
    what: 'the machine sleeps',
    why: 'a virtual machine cannot be suspended from within; the clocks are never touched',
  },
  {
    id: 'F13',
    what: 'the stream of a command is cut or goes silent',
    why: 'planted with a proxy before the real API server in harness/kube/broken-connection.e2e.test.ts',
  },
  {
    id: 'F17',
    what: 'the port that was asked for is taken',
    why: 'podproof asks for no port of the laptop by its number',
  },
  {
    id: 'F20',
    what: 'the pull of an image is interrupted',
    why: 'images are built and loaded here, not pulled by the engine',
  },
  {
    id: 'F22',
    what: 'the disk of the engine is full',
    why: 'needs a file system of its own on a loop device, and block devices of the host are never opened',
  },
  {
    id: 'F36',
    what: 'the clocks of host and node differ',
    why: 'containers share the clock of the host, and it is never set',
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
