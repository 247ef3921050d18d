import { statfs } from 'node:fs/promises';
import type { CommandRunner } from '../core/command.ts';
import type { Deadline } from '../core/deadline.ts';
import { EnvironmentError } from '../core/errors.ts';

/** Go's build cache is most of it. */
const NEEDED_BYTES = 8e9;

/** What has to be on the machine, with a harmless call and where it comes from. */
const PROGRAMS = [
  { argv: ['go', 'version'], fix: 'install Go 1.26 or newer' },
  { argv: ['gcc', '--version'], fix: 'install gcc and libc6-dev (for runc)' },
  { argv: ['wget', '--version'], fix: 'install wget (for debootstrap)' },
  { argv: ['tar', '--version'], fix: 'install GNU tar' },
  { argv: ['unshare', '--version'], fix: 'install util-linux' },
  { argv: ['apt-get', '--version'], fix: 'use Debian: the root file system comes from its packages' },
] as const satisfies readonly { argv: [string, ...string[]]; fix: string }[];

export interface Machine {
  readonly platform: string;
  readonly uid: number | undefined;
  /** Bytes that the cache may still take. */
  readonly freeBytes: number;
}

/**
 * Checks everything that a build needs before it starts, and reports all that is missing at once.
 *
 * @throws EnvironmentError NODE_IMAGE_REQUIREMENTS with one fix per missing thing
 */
export async function checkBuildRequirements(
  runner: CommandRunner,
  machine: Machine,
  deadline: Deadline,
): Promise<void> {
  const missing: string[] = [];
  if (machine.platform !== 'linux') missing.push('run on Linux');
  if (machine.uid !== 0) missing.push('run as root (the root file system is made with chroot)');
  if (machine.freeBytes < NEEDED_BYTES) {
    missing.push(`free ${((NEEDED_BYTES - machine.freeBytes) / 1e9).toFixed(1)} GB for the cache`);
  }
  const found = await Promise.all(PROGRAMS.map(({ argv }) => runner.run(argv, { deadline })));
  PROGRAMS.forEach(({ fix }, index) => {
    const result = found[index];
    if (result?.kind !== 'exited' || result.exitCode !== 0) missing.push(fix);
  });
  if (missing.length === 0) return;
  throw new EnvironmentError(
    'NODE_IMAGE_REQUIREMENTS',
    `This machine cannot build the node image: ${String(missing.length)} requirement(s) not met.`,
    { hint: `To build it here: ${missing.join('; ')}. Or name an image of yours with --image.` },
  );
}

/** This machine, seen from the folder that the cache is in. */
export async function thisMachine(cacheDir: string): Promise<Machine> {
  const disk = await statfs(cacheDir);
  return { platform: process.platform, uid: process.getuid?.(), freeBytes: disk.bavail * disk.bsize };
}
