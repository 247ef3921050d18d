import type { CommandRunner } from '../core/command.ts';
import type { Deadline } from '../core/deadline.ts';
import { EnvironmentError } from '../core/errors.ts';
import { machineSources } from '../debian/apt-state.ts';
import { mainMirror } from '../debian/suite-sources.ts';
import type { MirrorAccess } from './workshop.ts';

/**
 * The machine's own mirror of Debian's main archive, and the proxy that apt uses to reach it.
 *
 * @throws EnvironmentError DEBIAN_PACKAGES_UNAVAILABLE when the machine names none
 */
export async function debianMirror(runner: CommandRunner, deadline: Deadline): Promise<MirrorAccess> {
  const found = mainMirror(await machineSources());
  if (found === undefined) {
    throw new EnvironmentError('DEBIAN_PACKAGES_UNAVAILABLE', '/etc/apt names no Debian mirror.', {
      hint: 'Build the node image on a Debian machine, or name an image of yours with --image.',
    });
  }
  const keys = ['PLAIN', 'Acquire::http::Proxy', 'TLS', 'Acquire::https::Proxy'];
  const { stdout } = await runner.run(['apt-config', 'shell', ...keys], { deadline });
  return { uri: found.uri, env: proxyEnvironment(stdout) };
}

/** Reads `NAME='value'` lines of `apt-config shell`; names without a value are not printed. */
export function proxyEnvironment(text: string): Record<string, string> {
  const valueOf = (name: string): string | undefined => new RegExp(`^${name}='(.+)'$`, 'm').exec(text)?.[1];
  const plain = valueOf('PLAIN');
  const tls = valueOf('TLS') ?? plain;
  return {
    ...(plain === undefined ? {} : { http_proxy: plain }),
    ...(tls === undefined ? {} : { https_proxy: tls }),
  };
}
