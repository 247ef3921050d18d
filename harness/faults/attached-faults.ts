import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { SOUND } from '../testing/malformed/scenario-files.ts';
import type { FaultBench } from './bench.ts';
import type { Fault } from './fault.ts';
import type { Ended } from './podproof-run.ts';

/**
 * Contexts of the user at which privileged pods would start, and must not. What listens behind each of them counts who
 * comes: a refusal is worth nothing when the server has been asked before.
 */
export const ATTACHED_FAULTS: readonly Fault[] = [
  {
    id: 'F31',
    what: 'the context to attach to is on another machine',
    exit: 8,
    code: 'SERVER_NOT_ALLOWED',
    tells: ['0.0.0.0 is not this machine', '--allow-server 0.0.0.0'],
    run: (bench) => attach(bench, OWNER, { host: '0.0.0.0' }),
  },
  {
    id: 'F31',
    what: 'nobody said that the cluster to attach to is theirs',
    exit: 8,
    code: 'CONSENT_MISSING',
    tells: ['--i-own-this-cluster'],
    run: (bench) => attach(bench, []),
  },
  {
    id: 'F32',
    what: 'the context to attach to runs a program to sign in',
    exit: 8,
    code: 'KUBECONFIG_RUNS_COMMANDS',
    run: async (bench) => {
      await bench.program('canary', `echo died >"${bench.path('tmp/canary')}"`);
      return attach(bench, OWNER, {
        user: {
          exec: {
            apiVersion: 'client.authentication.k8s.io/v1',
            command: bench.path('bin/canary'),
            interactiveMode: 'Never',
          },
        },
      });
    },
  },
  {
    id: 'F32',
    what: 'the context to attach to would not verify who answers',
    exit: 8,
    code: 'KUBECONFIG_INSECURE',
    run: (bench) => attach(bench, OWNER, { cluster: { 'insecure-skip-tls-verify': true } }),
  },
  {
    id: 'F33',
    what: 'a context is named like a cluster of kind and points to another machine',
    exit: 8,
    code: 'SERVER_NOT_ALLOWED',
    tells: ['Context "kind-mine" is at'],
    run: (bench) => attach(bench, OWNER, { context: 'kind-mine', host: '0.0.0.0' }),
  },
];

const OWNER = ['--i-own-this-cluster'] as const;

interface Planted {
  readonly context: string;
  /**
   * Where the server is said to be. 0.0.0.0 is none of the addresses that podproof takes for this machine, and still
   * leads to the listener, so that a connection would be seen.
   */
  readonly host: string;
  readonly cluster: Readonly<Record<string, unknown>>;
  readonly user: Readonly<Record<string, unknown>>;
}

/** @throws Error when somebody connected */
async function attach(
  bench: FaultBench,
  consent: readonly string[],
  planted: Partial<Planted> = {},
): Promise<Ended> {
  const { context = 'mine', host = '127.0.0.1', cluster = {}, user = { token: 'not-a-real-one' } } = planted;
  await using listener = await Listener.start();
  const kubeconfig = bench.path('attached-kubeconfig');
  const server = `https://${host}:${String(listener.port)}`;
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': context,
    clusters: [{ name: 'c', cluster: { server, 'certificate-authority-data': 'bm9uZQ==', ...cluster } }],
    contexts: [{ name: context, context: { cluster: 'c', user: 'me' } }],
    users: [{ name: 'me', user }],
  };
  await writeFile(kubeconfig, JSON.stringify(config), { mode: 0o600 });
  await bench.plant(SOUND);
  const argv = ['run', '--provider', 'attached', '--context', context, ...consent];
  const ended = await bench.podproof(argv, { KUBECONFIG: kubeconfig }).ended;
  if (listener.connections > 0) throw new Error(`${String(listener.connections)} connections to ${server}`);
  return ended;
}

/** Counts who connects, and says nothing to them. */
class Listener implements AsyncDisposable {
  connections = 0;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((socket) => {
      this.connections += 1;
      socket.destroy();
    });
  }

  static async start(): Promise<Listener> {
    const listener = new Listener();
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    listener.#server.on('error', reject).listen(0, '127.0.0.1', () => resolve(undefined));
    await promise;
    return listener;
  }

  get port(): number {
    const address: AddressInfo | string | null = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the listener has no port');
    return address.port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#server.close(() => resolve(undefined));
    await promise;
  }
}
