import { describe, expect, test } from '@jest/globals';
import { Deadline } from '../../core/deadline.ts';
import type { ExecPlugin, UserContext } from '../../core/user-context.ts';
import { ScriptedRunner, type ScriptedAnswer } from '../../testing/scripted-runner.ts';
import { execCredential } from './exec-credential.ts';

const PLUGIN: ExecPlugin = {
  apiVersion: 'client.authentication.k8s.io/v1',
  argv: ['aws', 'eks', 'get-token'],
  env: { AWS_PROFILE: 'me' },
  interactive: false,
};
const CONTEXT: UserContext = {
  name: 'mine',
  cluster: { name: 'k', server: 'https://k.example', caData: 'Q0E=', skipsTlsVerify: false },
  user: { name: 'me', exec: PLUGIN, hasAuthProvider: false, impersonates: false },
};

function signIn(
  answer: ScriptedAnswer,
  plugin = PLUGIN,
  shell = new ScriptedRunner(() => answer),
): Promise<unknown> {
  const deadline = Deadline.in(1000, 'the test');
  return execCredential(
    plugin,
    { context: CONTEXT, server: { url: 'https://127.0.0.1' } },
    { shell, deadline },
  );
}
const status = (fields: object): ScriptedAnswer => ({
  stdout: JSON.stringify({ kind: 'ExecCredential', status: fields }),
});

describe('execCredential', () => {
  test('runs the program once, without a terminal, and tells it about the server that was judged', async () => {
    const shell = new ScriptedRunner(() => status({ token: 'abc' }));
    expect(await signIn({}, PLUGIN, shell)).toEqual({ token: 'abc' });
    expect(shell.calls).toHaveLength(1);
    const { env = {} } = shell.calls[0]?.options ?? {};
    expect(env['AWS_PROFILE']).toBe('me');
    expect(JSON.parse(env['KUBERNETES_EXEC_INFO'] ?? '')).toMatchObject({
      kind: 'ExecCredential',
      spec: { interactive: false, cluster: { server: 'https://127.0.0.1' } },
    });
  });

  test('a certificate becomes what a kubeconfig has', async () => {
    expect(await signIn(status({ clientCertificateData: 'PEM', clientKeyData: 'KEY' }))).toEqual({
      certData: 'UEVN',
      keyData: 'S0VZ',
    });
  });

  test.each<[string, ScriptedAnswer]>([
    ['it failed', { exitCode: 1, stdout: 'secret', stderr: 'expired' }],
    ['it gave nothing', status({})],
    ['no JSON', { stdout: 'secret' }],
    ['it is not there', { notStarted: 'ENOENT' }],
  ])('%s: an error that does not hold what it printed', async (_title, answer) => {
    const failure = await signIn(answer).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'EXEC_PLUGIN_FAILED', exitCode: 4 });
    expect(String(failure)).not.toContain('secret');
  });

  test('a program that wants to ask a person is refused', async () => {
    await expect(signIn(status({ token: 'a' }), { ...PLUGIN, interactive: true })).rejects.toMatchObject({
      exitCode: 8,
    });
  });
});
