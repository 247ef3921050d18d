import { Agent } from 'node:https';
import type { ClientOptions, WebSocket } from 'ws';
import type { ObjectCensus } from '../core/census.ts';
import type { KubeClient } from '../core/kube.ts';
import type { ObjectSubmitter } from '../core/submission.ts';
import { ApiClient } from './api-client.ts';
import { EXEC_PROTOCOLS } from './exec-stream.ts';
import { readKubeconfig, type Endpoint } from './kubeconfig.ts';
import { Transport } from './transport.ts';

export interface ConnectOptions {
  /** A file of ours, never the user's own kubeconfig. */
  readonly kubeconfig: string;
  /**
   * Set for a copy of ours whose server was judged when it was made (clusters/attached): it may be anywhere, because
   * the user named it.
   *
   * @default false
   */
  readonly isJudged?: boolean;
  /** Closes the client when it aborts. */
  readonly signal?: AbortSignal;
  /**
   * A command counts only when its end is confirmed from inside the pod, and none outlives its deadline: commands go
   * through sessions (see `PodSessions`) where the image has our program, otherwise each through `guarded`, which
   * needs `sh`. Without it each is an exec, and the server's word is taken, which is known to be wrong when a stream
   * breaks on the node.
   *
   * @default true
   */
  readonly confirmExits?: boolean;
}

/** Parallel requests beyond this number wait for a free connection; a watch keeps one for itself. */
const MAX_CONNECTIONS = 8;
/** The API server closes idle connections after 90 s (kube-apiserver's IdleTimeout); we do it before. */
const KEEP_ALIVE_MS = 60_000;

/**
 * A client for the current context of a kubeconfig. Nothing is sent before the first call.
 *
 * @throws UsageError KUBECONFIG_UNREADABLE; SafetyError KUBECONFIG_RUNS_COMMANDS, KUBECONFIG_INSECURE,
 * KUBECONFIG_REMOTE_SERVER
 * @example const kube = await connect({ kubeconfig: cluster.kubeconfig }); await kube.serverVersion(deadline)
 */
export async function connect(options: ConnectOptions): Promise<KubeClient & ObjectSubmitter & ObjectCensus> {
  const { signal } = options;
  signal?.throwIfAborted();
  // Imported here, in parallel with the file, because both cost more than a tenth of a second together.
  const [endpoint, { Pool }] = await Promise.all([
    readKubeconfig(options.kubeconfig, { anywhere: options.isJudged === true }),
    import('undici'),
  ]);
  // A pool knows an origin only; a server may have a path, as behind Rancher's proxy.
  const pool = new Pool(new URL(endpoint.server).origin, {
    connections: MAX_CONNECTIONS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
    allowH2: false,
    connect: { ...endpoint.tls },
  });
  const client = new ApiClient({
    transport: new Transport(pool, endpoint),
    openSocket: socketOpener(endpoint),
    confirmExits: options.confirmExits ?? true,
  });
  signal?.addEventListener('abort', () => void client.close(), { once: true });
  return client;
}

function socketOpener(endpoint: Endpoint): (pathAndQuery: string) => Promise<WebSocket> {
  // An agent of ours remembers TLS sessions, which saves a third of each handshake (measured: 7.3 → 4.5 ms), and
  // unlike Node's global one it never listens to proxy variables.
  const options: ClientOptions = {
    ...endpoint.tls,
    agent: new Agent(endpoint.tls),
    perMessageDeflate: false,
    headers: endpoint.authorization === undefined ? {} : { authorization: endpoint.authorization },
  };
  const base = endpoint.server.replace(/^https:/, 'wss:');
  return async (pathAndQuery) => {
    const ws = await import('ws');
    return new ws.WebSocket(base + pathAndQuery, EXEC_PROTOCOLS, options);
  };
}
