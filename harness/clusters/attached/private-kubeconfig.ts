import type { UserContext } from '../../core/user-context.ts';
import type { Credential } from './exec-credential.ts';
import type { PinnedServer } from './judge-context.ts';

/**
 * A kubeconfig with one context and nothing else: no path that leads elsewhere, no program, a literal address. It
 * stands for the user's own from now on, so that a change there cannot lead a run to another cluster. As JSON, which
 * kubectl reads as well.
 */
export function privateKubeconfig(
  { name, cluster, user }: UserContext,
  server: PinnedServer,
  credential: Credential = user,
): string {
  const { certData, keyData, token } = credential;
  const { username, password } = user;
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    contexts: [{ name, context: { cluster: cluster.name, user: user.name } }],
    clusters: [
      {
        name: cluster.name,
        cluster: {
          server: server.url,
          'certificate-authority-data': cluster.caData,
          'tls-server-name': server.tlsServerName,
        },
      },
    ],
    users: [
      {
        name: user.name,
        user: { 'client-certificate-data': certData, 'client-key-data': keyData, token, username, password },
      },
    ],
  };
  return `${JSON.stringify(config, undefined, 2)}\n`;
}
