import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EnvironmentError } from '../core/errors.ts';
import type { Suite } from '../debian/suite-sources.ts';
import { expectSuccess } from './expect-success.ts';
import type { StageJob } from './stage.ts';
import type { Workshop } from './workshop.ts';

/** Namespaces of its own: when a program is interrupted in them, no mount and no process stays behind. */
const IN_NAMESPACES = [
  'unshare',
  ...['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', '--mount-proc'],
] as const;

/**
 * Makes a minimal Debian with the given packages in the new folder `tree`. debootstrap itself and the archive's keys
 * are unpacked beside it and removed again; apt has checked both against the keys of this machine.
 *
 * @throws EnvironmentError DEBIAN_PACKAGES_UNAVAILABLE naming what could not be downloaded
 */
export async function bootstrap(
  shop: Workshop,
  job: StageJob,
  request: { readonly suite: Suite; readonly packages: readonly string[]; readonly tree: string },
): Promise<void> {
  const { suite, packages, tree } = request;
  const { deadline, step } = job;
  const tools = join(job.into, 'tools');
  const wanted = ['debootstrap', 'debian-archive-keyring'];
  await shop.debian.unpack({ suite, packages: wanted, into: tools, deadline, progress: step });
  const mirror = await shop.mirror(deadline);
  const argv: [string, ...string[]] = [
    ...IN_NAMESPACES,
    join(tools, 'usr/sbin/debootstrap'),
    '--variant=minbase',
    `--arch=${shop.architecture}`,
    `--keyring=${join(tools, 'usr/share/keyrings/debian-archive-keyring.gpg')}`,
    `--include=${packages.join(',')}`,
    ...[suite, tree, mirror.uri],
  ];
  const result = await shop.runner.run(argv, {
    deadline,
    env: {
      DEBOOTSTRAP_DIR: join(tools, 'usr/share/debootstrap'),
      // Without it mount(8) makes the folder /run/mount on the host, in spite of the mount namespace.
      LIBMOUNT_UTAB: join(job.into, 'utab'),
      LC_ALL: 'C.UTF-8',
      ...mirror.env,
      // A crash may lose this tree, but then it is made again: waiting for the disk after every file buys nothing.
      DPKG_FORCE: 'unsafe-io',
    },
    onLine: (line) => {
      step.update(line.replace(/^[IW]: /, '').slice(0, 60));
    },
  });
  const missing =
    result.kind === 'exited' && result.exitCode !== 0 ? notDownloaded(result.stdout) : undefined;
  if (missing !== undefined) {
    throw new EnvironmentError('DEBIAN_PACKAGES_UNAVAILABLE', `debootstrap of Debian ${suite}: ${missing}`, {
      hint: 'Check that `apt-get update` works on this machine: its mirror and proxy settings are used.',
    });
  }
  expectSuccess(result, argv, { what: 'debootstrap', deadline });
  await rm(tools, { recursive: true });
}

/** What debootstrap (1.0.128) says when a download failed; it says everything on standard output. */
export function notDownloaded(stdout: string): string | undefined {
  return /^E: (Failed getting .+|Couldn't (?:download|find these debs).*)$/m.exec(stdout)?.[1];
}
