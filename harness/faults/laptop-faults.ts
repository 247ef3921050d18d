import { execFile } from 'node:child_process';
import { mkdir, statfs, symlink, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { FaultBench } from './bench.ts';
import type { Fault } from './fault.ts';
import { docker, onNode, theNode } from './hands.ts';
import { FRESH, green, PLAIN, shared } from './plain-runs.ts';
import type { Ended } from './podproof-run.ts';

const run = promisify(execFile);

/** Of the file system that is there where only version 2 is mounted, see statfs(2). */
const CGROUP2_MAGIC = 0x63677270;

/** What laptops are like: ports, files and variables of the user, which a run must not mind nor harm. */
export const LAPTOP_FAULTS: readonly Fault[] = [
  {
    ...green,
    id: 'F47',
    what: 'the proxy variables lead into a black hole',
    run: (bench) => bench.podproof(PLAIN, proxyVariables('http://192.0.2.1:3128')).ended,
  },
  {
    ...green,
    id: 'F47',
    what: 'the proxy that the variables name answers every request with 200',
    withinMs: 180_000,
    cleanMs: 30_000,
    run: async (bench) => {
      const proxy = await agreeableProxy(await gatewayOf(bench));
      try {
        const argv = ['run', 'host-network', '--nodes', '1', '--fresh', '--no-jest'];
        const ended = await bench.podproof(argv, proxyVariables(proxy.url)).ended;
        return { ...ended, note: `${String(proxy.requests())} requests reached it` };
      } finally {
        proxy.close();
      }
    },
  },
  {
    ...green,
    id: 'F35',
    what: 'the node has a name server that never answers',
    run: async (bench) => {
      const text = await onNode(bench, 'cat', '/etc/resolv.conf');
      await onNode(bench, 'sh', '-c', 'echo nameserver 192.0.2.1 >/etc/resolv.conf');
      const ended = await bench.podproof(PLAIN).ended;
      await onNode(bench, 'sh', '-c', `printf '%s\\n' "$0" >/etc/resolv.conf`, text);
      return ended;
    },
  },
  {
    ...green,
    id: 'F50',
    what: 'the host has cgroup v1, and the result says what was changed for it',
    tells: ['6 hold', /cgroup v1|failCgroupV1/],
    appliesHere: async () => (await statfs('/sys/fs/cgroup')).type !== CGROUP2_MAGIC,
    run: (bench) => bench.podproof([...PLAIN, '--verbose']).ended,
  },
  {
    ...shared,
    id: 'F23',
    what: 'the folder for results is read-only',
    exit: 3,
    code: 'DOCTOR_FAILED',
    tells: ['D26'],
    run: (bench) => onDisk(bench, 'ro,size=1m', () => bench.podproof(PLAIN).ended),
  },
  {
    ...shared,
    id: 'F23',
    what: 'the disk for results is full before the start',
    exit: 4,
    code: 'DISK_FULL',
    run: (bench) =>
      onDisk(bench, 'size=64k', async () => {
        await writeFile(join(bench.runs, '.fill'), new Uint8Array(65_536)).catch(() => undefined);
        return bench.podproof(PLAIN).ended;
      }),
  },
  {
    ...shared,
    id: 'F23',
    what: 'the disk for results fills up during the run',
    exit: 4,
    // What was found out is told although it cannot be kept.
    tells: ['6 hold', /JOURNAL_INCOMPLETE|REPORT_NOT_WRITTEN|DISK_FULL/],
    run: (bench) => onDisk(bench, 'size=24k', () => bench.podproof(PLAIN).ended),
  },
  kubeconfig('locked by another program', async (file) => {
    await writeFile(file, '{}');
    await writeFile(`${file}.lock`, '');
  }),
  kubeconfig('malformed', (file) => writeFile(file, '{{{')),
  kubeconfig('read-only', (file) => writeFile(file, '{}', { mode: 0o400 })),
  kubeconfig('absent', () => Promise.resolve()),
  kubeconfig('a link to nothing', (file) => symlink('nowhere', file)),
  kubeconfig('one whose current context is on another machine', (file) => writeFile(file, REMOTE), 'F31'),
  {
    ...green,
    id: 'F16',
    what: 'the ports 9000 and 6443 of the laptop are taken',
    withinMs: 180_000,
    cleanMs: 30_000,
    run: async (bench) => {
      const taken = await Promise.all(
        ['127.0.0.1', '::1'].flatMap((host) => [9000, 6443].map((port) => listen(port, host))),
      );
      try {
        return await bench.podproof(FRESH).ended;
      } finally {
        for (const server of taken) server?.close();
      }
    },
  },
];

function kubeconfig(state: string, plant: (file: string) => Promise<void>, id = 'F29'): Fault {
  return {
    ...green,
    id,
    what: `a whole run, and the kubeconfig of the user is ${state}`,
    run: async (bench) => {
      const file = bench.path('kubeconfig');
      await plant(file);
      const before = await look(file);
      const ended = await bench.podproof(PLAIN, { KUBECONFIG: file }).ended;
      if ((await look(file)) !== before) throw new Error('the kubeconfig was changed');
      return ended;
    },
  };
}

function proxyVariables(proxy: string): Readonly<Record<string, string>> {
  return { HTTP_PROXY: proxy, HTTPS_PROXY: proxy, http_proxy: proxy, https_proxy: proxy };
}

/** Where containers find this machine; kind hands the variables of the proxy to its nodes. */
async function gatewayOf(bench: FaultBench): Promise<string> {
  const format = '{{range .NetworkSettings.Networks}}{{.Gateway}}{{end}}';
  return docker(bench, 'inspect', '--format', format, await theNode(bench));
}

interface AgreeableProxy {
  readonly url: string;
  readonly requests: () => number;
  readonly close: () => void;
}

/** Like the log-in page of a hotel: whoever asks for whatever gets a page. */
async function agreeableProxy(host: string): Promise<AgreeableProxy> {
  let requests = 0;
  const server = createHttpServer((_, response) => {
    requests += 1;
    response.end('welcome');
  });
  server.on('connect', (_, socket) => {
    requests += 1;
    socket.end('HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\nwelcome');
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy does not listen');
  return {
    url: `http://${host}:${String(address.port)}`,
    requests: () => requests,
    close: () => server.close(),
  };
}

/** Content, times and rights of a file, or that it is not there. */
async function look(file: string): Promise<string> {
  const format = '%n %s %a %Y %i';
  return run('sh', ['-c', 'stat -c "$1" "$0" "$0".lock 2>&1; sha256sum "$0" 2>&1', file, format]).then(
    ({ stdout }) => stdout,
    ({ stdout }: { readonly stdout: string }) => stdout,
  );
}

async function listen(port: number, host: string): Promise<Server | undefined> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<Server | undefined>();
  // Somebody else has it already, which is as good.
  server.once('error', () => resolve(undefined));
  server.listen(port, host, () => resolve(server));
  return promise;
}

/** With the folder for results on a disk of its own. */
async function onDisk(bench: FaultBench, options: string, work: () => Promise<Ended>): Promise<Ended> {
  await mkdir(bench.runs, { recursive: true });
  await run('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', bench.runs]);
  try {
    return await work();
  } finally {
    await run('umount', [bench.runs]);
  }
}

/** An address that leads nowhere, see RFC 5737. */
const REMOTE = `apiVersion: v1
kind: Config
current-context: kind-podproof
clusters: [{ name: c, cluster: { server: 'https://203.0.113.1:6443' } }]
contexts: [{ name: kind-podproof, context: { cluster: c, user: u } }]
users: [{ name: u, user: {} }]
`;
