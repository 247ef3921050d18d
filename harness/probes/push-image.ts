import type { CommandRunner } from '../core/command.ts';
import { CannotTell } from '../core/under-test.ts';
import { read } from './answer.ts';

/** More than the program gives itself (30 s, scripts/workload-image/push), so that it can say what it waited for. */
const PUSH_MS = 35_000;

/** An image that differs from another one only in what its configuration says. */
export interface ImageToPush {
  /** `host:port/repository:tag`, as the runner reaches the registry. */
  readonly to: string;
  /** The image's USER: a name or a number. @default root */
  readonly user?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly command: readonly [string, ...string[]];
}

/**
 * Makes an image of busybox and pushes it, as somebody who can write to the registry would. The program `push` is in
 * the workload image, so the runner must be in a container of it. Equal images have equal digests.
 *
 * @returns the digest under which the registry has it now, `sha256:…`
 * @throws CannotTell when the push failed
 * @example await pushImage(outsider, { to: `${registry.address}/app:v1`, user: '405', command: ['idle'] })
 */
export async function pushImage(
  runner: CommandRunner,
  { to, user, env = {}, command }: ImageToPush,
): Promise<string> {
  const variables = Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);
  const asUser = user === undefined ? [] : ['--user', user];
  const argv = ['push', '--to', to, ...asUser, ...variables, '--', ...command] as const;
  const digest = await read(runner, argv, { withinMs: PUSH_MS });
  if (/^sha256:[0-9a-f]{64}$/.test(digest)) return digest;
  throw new CannotTell(`push to ${to} printed no digest but ${JSON.stringify(digest.slice(0, 200))}`);
}
