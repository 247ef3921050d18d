import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { FaultBench } from './bench.ts';
import type { Fault } from './fault.ts';
import { docker, theNode } from './hands.ts';
import { shared } from './plain-runs.ts';
import type { Ended } from './podproof-run.ts';

/** With a node image that somebody asks for. */
const WITH_IMAGE = ['run', 'run-as-guest', '--nodes', '1', '--fresh', '--no-jest', '--image'] as const;

/** A registry on loopback says no, in its own way. */
interface Refusal {
  readonly what: string;
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly told: string;
}

/** The image of the nodes: not there, not given away, not fit for this machine. No cluster is begun with it. */
export const IMAGE_FAULTS: readonly Fault[] = [
  {
    ...shared,
    id: 'F19',
    what: 'the node image that was asked for is not there',
    exit: 2,
    code: 'IMAGE_NOT_FOUND',
    tells: ['localhost/podproof/none:v1'],
    run: (bench) => bench.podproof([...WITH_IMAGE, 'localhost/podproof/none:v1']).ended,
  },
  ...[
    {
      what: 'wants a password',
      status: 401,
      code: 'UNAUTHORIZED',
      message: 'authentication required',
      // The engine leaves out the usual message.
      told: 'unauthorized',
    },
    {
      what: 'has had enough requests',
      status: 429,
      code: 'TOOMANYREQUESTS',
      message: 'You have reached your pull rate limit.',
      told: 'toomanyrequests: You have reached your pull rate limit.',
    },
  ].map((refusal) => refusedBy(refusal)),
  {
    ...shared,
    id: 'F53',
    what: 'a node image whose containerd wants a capability that this machine has not',
    exit: 3,
    code: 'DOCTOR_FAILED',
    tells: ['D27'],
    appliesHere: cannotLowerOomScores,
    run: async (bench) => {
      const image = await unrestricted(bench);
      try {
        return await bench.podproof([...WITH_IMAGE, image]).ended;
      } finally {
        await docker(bench, 'image', 'rm', '--force', image);
      }
    },
  },
];

function refusedBy(refusal: Refusal): Fault {
  return {
    ...shared,
    id: 'F21',
    what: `the registry of the node image ${refusal.what}`,
    exit: 2,
    code: 'IMAGE_NOT_FOUND',
    tells: [refusal.told, 'docker login'],
    run: (bench) => withRegistry(refusal, (host) => bench.podproof([...WITH_IMAGE, `${host}/node:v1`]).ended),
  };
}

/** Source of the answers: the distribution specification of the Open Container Initiative, "Error Codes". */
async function withRegistry(
  { status, code, message }: Refusal,
  work: (host: string) => Promise<Ended>,
): Promise<Ended> {
  const server = createServer((_, response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ errors: [{ code, message }] }));
  });
  try {
    return await work(await listening(server));
  } finally {
    server.close();
  }
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the registry does not listen');
  return `127.0.0.1:${String(address.port)}`;
}

const CONTAINERD = '/etc/containerd/config.toml';
const RESTRICTED = /^\s*restrict_oom_score_adj = true$/m;

/** Our node image, as if somebody else had made it: its containerd does not know about missing capabilities. */
async function unrestricted(bench: FaultBench): Promise<string> {
  const image = 'localhost/podproof/unrestricted:v1.37.2';
  const own = await docker(bench, 'inspect', '--format', '{{.Config.Image}}', await theNode(bench));
  const container = await docker(bench, 'create', own);
  try {
    const file = bench.path('config.toml');
    await docker(bench, 'cp', `${container}:${CONTAINERD}`, file);
    const text = await readFile(file, 'utf8');
    if (!RESTRICTED.test(text)) throw new Error(`${own} does not restrict anything`);
    await writeFile(file, text.replace(RESTRICTED, ''));
    await docker(bench, 'cp', file, `${container}:${CONTAINERD}`);
    await docker(bench, 'commit', container, image);
    return image;
  } finally {
    await docker(bench, 'rm', '--volumes', container);
  }
}

/** CAP_SYS_RESOURCE, number 24 of capabilities(7), in what processes of this machine can ever get. */
async function cannotLowerOomScores(): Promise<boolean> {
  const status = await readFile('/proc/self/status', 'utf8');
  const bounding = BigInt(`0x${/^CapBnd:\s+([0-9a-f]+)$/m.exec(status)?.[1] ?? 'ffffffffff'}`);
  return ((bounding >> 24n) & 1n) === 0n;
}
