import { describeResult, type CommandRunner } from '../../core/command.ts';
import { Deadline } from '../../core/deadline.ts';
import { InfrastructureError, SafetyError } from '../../core/errors.ts';
import { isRecord } from '../../core/json.ts';
import type { ExecPlugin, UserContext } from '../../core/user-context.ts';
import type { PinnedServer } from './judge-context.ts';

/** What one signs in with, as a kubeconfig has it. */
export interface Credential {
  readonly certData?: string;
  readonly keyData?: string;
  readonly token?: string;
}

const PLUGIN_MS = 30_000;

/**
 * Runs the program that a kubeconfig names, once, and takes what it gives. Only after the user allowed it, and never
 * with a terminal. What it gives is good for as long as it says; a run that lasts longer fails with the server's words.
 * Source: https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 *
 * @throws InfrastructureError EXEC_PLUGIN_FAILED; SafetyError KUBECONFIG_RUNS_COMMANDS when it wants to speak with a person
 */
export async function execCredential(
  plugin: ExecPlugin,
  { context, server }: { readonly context: UserContext; readonly server: PinnedServer },
  { shell, deadline }: { readonly shell: CommandRunner; readonly deadline: Deadline },
): Promise<Credential> {
  const { apiVersion, argv, env, interactive } = plugin;
  if (interactive) {
    throw new SafetyError('KUBECONFIG_RUNS_COMMANDS', `The program ${argv[0]} wants to ask a person.`, {
      hint: 'podproof gives it no terminal. Sign in by hand and use a context with a token or a certificate.',
    });
  }
  const cluster = { server: server.url, 'certificate-authority-data': context.cluster.caData };
  const info = { apiVersion, kind: 'ExecCredential', spec: { interactive: false, cluster } };
  const result = await shell.run(argv, {
    deadline: Deadline.in(PLUGIN_MS, `${argv[0]} to sign in`).within(deadline),
    env: { ...env, KUBERNETES_EXEC_INFO: JSON.stringify(info) },
  });
  if (result.kind === 'exited' && result.exitCode === 0) {
    const credential = parse(result.stdout);
    if (credential !== undefined) return credential;
  }
  deadline.signal.throwIfAborted();
  // Its output may be the very secret, so it is told only where it failed.
  const seen =
    result.kind === 'exited' && result.exitCode === 0
      ? 'it gave no credential'
      : describeResult({ ...result, stdout: '' });
  throw new InfrastructureError('EXEC_PLUGIN_FAILED', `${argv[0]} did not sign in: ${seen}`, {
    hint: 'Run `kubectl get nodes` with the same context: it runs the same program.',
  });
}

function parse(text: string): Credential | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return undefined;
  }
  const status = isRecord(answer) ? answer['status'] : undefined;
  if (!isRecord(status)) return undefined;
  const { token, clientCertificateData: cert, clientKeyData: key } = status;
  if (typeof cert === 'string' && typeof key === 'string')
    return { certData: base64(cert), keyData: base64(key), ...(typeof token === 'string' ? { token } : {}) };
  return typeof token === 'string' ? { token } : undefined;
}

/** A plugin gives PEM as it is, a kubeconfig has it in base64. */
function base64(pem: string): string {
  return Buffer.from(pem).toString('base64');
}
