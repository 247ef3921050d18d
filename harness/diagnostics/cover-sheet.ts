import type { Collection } from './collection.ts';
import type { TarFile } from './write-tar.ts';

export interface CoverFacts {
  readonly id: string;
  readonly argv: readonly string[];
  readonly exitCode: number;
  readonly problems: readonly { readonly code: string; readonly message: string }[];
  readonly collection: Collection;
}

/** The first page of a bundle: what it is, what went wrong, where to look, and what is not in it. */
export function coverSheet({ id, argv, exitCode, problems, collection }: CoverFacts): TarFile {
  const lines = [
    `Everything podproof collected about run ${id}, which ended with exit ${String(exitCode)}.`,
    `Command: podproof ${argv.join(' ')}`,
    '',
    'Secrets, the home folder and the name of the machine were replaced before anything was written. Read it all',
    'the same before you give it to others: nobody knows every secret.',
    '',
    'To see the run again, and judge it again:  npm run podproof -- report bundle.tar.gz',
    '',
    ...problems.map(({ code, message }) => `${code}: ${message}`),
    '',
    'run/      what the run planned, saw and judged: summary.md first, journal.ndjson has everything',
    'cluster/  nodes, pods and events, as the API server told them',
    'nodes/    per node: its container, kubelet, containerd, and the log of every container',
    'engine/   versions, settings and log of the container engine',
    'host.json this machine',
    '',
    ...(collection.missing.length === 0
      ? ['Nothing is missing.']
      : ['Missing:', ...collection.missing.map((what) => `- ${what}`)]),
    '',
  ];
  return { name: 'README.txt', content: Buffer.from(lines.join('\n')) };
}
