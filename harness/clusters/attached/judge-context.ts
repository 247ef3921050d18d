import { BlockList, isIP } from 'node:net';
import { describeError, SafetyError, UsageError } from '../../core/errors.ts';
import type { UserContext } from '../../core/user-context.ts';

export interface Permissions {
  /** Servers beyond this machine that the user allowed by name: a host, or `host:port`. */
  readonly allowServers: readonly string[];
  readonly allowExecPlugin: boolean;
}

/** Where the server really is, as it was judged. Whatever DNS says later plays no role any more. */
export interface PinnedServer {
  /** With a literal address: `https://127.0.0.1:6443`. */
  readonly url: string;
  /** The name that its certificate must have, where it is not the address. */
  readonly tlsServerName?: string;
}

/** All addresses of a name. */
export type Lookup = (host: string) => Promise<readonly string[]>;

/**
 * Decides whether podproof may talk to the server of a context, without talking to it: only to this machine, or to a
 * server that the user named. A name is judged by the addresses behind it, and the one that was judged is the one that
 * will be connected to.
 *
 * @throws SafetyError KUBECONFIG_RUNS_COMMANDS, KUBECONFIG_IMPERSONATES, KUBECONFIG_INSECURE, SERVER_NOT_ALLOWED;
 *   UsageError KUBECONFIG_UNREADABLE
 */
export async function judgeContext(
  context: UserContext,
  permissions: Permissions,
  lookup: Lookup,
): Promise<PinnedServer> {
  refuseUser(context, permissions);
  const url = refuseConnection(context);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(host) === 0 ? await addressesOf(host, context, lookup) : [host];
  const { allowServers } = permissions;
  const isNamed = isAllowed(host, url.port, allowServers);
  const foreign = addresses.find(
    (address) => !isNamed && !isLoopback(address) && !isAllowed(address, url.port, allowServers),
  );
  if (foreign !== undefined) throw notAllowed(context, host, foreign);
  // `localhost` is often ::1 first, where hardly any cluster listens.
  const address = addresses.find((each) => isIP(each) === 4) ?? addresses[0] ?? host;
  return pin(url, address, context.cluster.tlsServerName);
}

function refuseUser({ name, user }: UserContext, { allowExecPlugin }: Permissions): void {
  if (user.hasAuthProvider || (user.exec !== undefined && !allowExecPlugin)) {
    const program = user.exec === undefined ? 'an auth-provider' : `the program ${user.exec.argv[0]}`;
    throw new SafetyError(
      'KUBECONFIG_RUNS_COMMANDS',
      `User "${user.name}" of context "${name}" signs in through ${program}.`,
      {
        hint:
          user.exec === undefined
            ? 'Use a context with a client certificate or a token.'
            : '--allow-exec-plugin lets podproof run it, once; a client certificate or a token need no program.',
      },
    );
  }
  if (!user.impersonates) return;
  throw new SafetyError(
    'KUBECONFIG_IMPERSONATES',
    `User "${user.name}" of context "${name}" acts as somebody else (as, as-uid, as-groups, as-user-extra).`,
    { hint: 'podproof would act with other rights than kubectl does. Use a context that acts as itself.' },
  );
}

function refuseConnection({ name, cluster }: UserContext): URL {
  const { server, skipsTlsVerify, proxyUrl, caData } = cluster;
  const isWithUser = URL.canParse(server) && new URL(server).username !== '';
  const why = [
    ...(isWithUser ? ['its server has a user name in it'] : []),
    ...(URL.canParse(server) && new URL(server).protocol === 'https:' ? [] : [`its server is "${server}"`]),
    ...(skipsTlsVerify ? ['it says insecure-skip-tls-verify'] : []),
    ...(proxyUrl === undefined ? [] : ['it says proxy-url']),
  ];
  if (why.length > 0) {
    throw new SafetyError(
      'KUBECONFIG_INSECURE',
      `Cluster "${cluster.name}" of context "${name}" would not be reached by a verified, direct HTTPS connection: ${why.join(', ')}.`,
      {
        hint: 'Nobody could tell which cluster answers. Use an https:// server with its certificate authority.',
      },
    );
  }
  if (caData !== undefined) return new URL(server);
  throw new UsageError(
    'KUBECONFIG_UNREADABLE',
    `Cluster "${cluster.name}" of context "${name}" has no certificate authority.`,
    { hint: 'podproof does not trust the authorities of this machine with it: add certificate-authority.' },
  );
}

async function addressesOf(
  host: string,
  { name, cluster }: UserContext,
  lookup: Lookup,
): Promise<readonly string[]> {
  try {
    const addresses = await lookup(host);
    if (addresses.length > 0) return addresses;
    throw new Error('it has no address');
  } catch (error) {
    throw new SafetyError(
      'SERVER_NOT_ALLOWED',
      `Context "${name}" is at ${cluster.server}, and nobody knows where that is: ${describeError(error)}`,
      {
        hint: 'Only servers on this machine and servers named with --allow-server are connected to.',
        cause: error,
      },
    );
  }
}

function notAllowed({ name, cluster }: UserContext, host: string, address: string): SafetyError {
  const where = host === address ? host : `${host} (${address})`;
  return new SafetyError(
    'SERVER_NOT_ALLOWED',
    `Context "${name}" is at ${cluster.server}: ${where} is not this machine. Nothing was connected to.`,
    {
      hint: `podproof starts privileged pods there. If that cluster is yours to break: --allow-server ${host}`,
      context: { server: cluster.server },
    },
  );
}

/** Exact names only: an entry with a port means that port, one without any port. */
function isAllowed(host: string, port: string, allowed: readonly string[]): boolean {
  return allowed.some((entry) => {
    const text = `https://${isIP(entry) === 6 ? `[${entry}]` : entry}`;
    if (!URL.canParse(text)) return false;
    const wanted = new URL(text);
    const isHost = wanted.hostname.replace(/^\[|\]$/g, '') === host;
    // URL leaves out the default port, here and in the server's own URL alike.
    return isHost && (!/:\d+$/.test(text) || wanted.port === port);
  });
}

function isLoopback(address: string): boolean {
  const list = new BlockList();
  list.addSubnet('127.0.0.0', 8);
  list.addAddress('::1', 'ipv6');
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

function pin(url: URL, address: string, tlsServerName: string | undefined): PinnedServer {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const pinned = new URL(url);
  pinned.hostname = isIP(address) === 6 ? `[${address}]` : address;
  const name = tlsServerName ?? (isIP(host) === 0 ? host : undefined);
  return {
    url: pinned.href.replace(/\/$/, ''),
    ...(name === undefined ? {} : { tlsServerName: name }),
  };
}
