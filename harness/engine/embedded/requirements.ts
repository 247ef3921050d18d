import { findProgram } from '../find-program.ts';

/** What decides whether this machine can run the embedded engine. */
export interface MachineFacts {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  /** Effective user id; undefined where there is none (Windows). */
  readonly uid: number | undefined;
  /** Programs that the embedded engine needs and that are not on PATH. */
  readonly missingPrograms: readonly string[];
}

/** `unshare` keeps the daemon's mounts private; apt-get and dpkg-deb fetch and unpack its packages. */
const NEEDED_PROGRAMS = ['apt-get', 'dpkg-deb', 'unshare'] as const;

export async function machineFacts(
  processEnv: Readonly<Record<string, string | undefined>>,
): Promise<MachineFacts> {
  const found = await Promise.all(NEEDED_PROGRAMS.map((name) => findProgram(name, processEnv['PATH'])));
  return {
    platform: process.platform,
    arch: process.arch,
    uid: process.geteuid?.(),
    missingPrograms: NEEDED_PROGRAMS.filter((_, index) => found[index] === undefined),
  };
}

/** Why the embedded engine cannot run here and what would change that; undefined when nothing speaks against it. */
export function impossibleBecause(machine: MachineFacts): { reason: string; fix: string } | undefined {
  if (machine.platform !== 'linux') {
    return { reason: `that needs Linux, this is ${machine.platform}`, fix: 'run podproof in a Linux VM.' };
  }
  if (machine.arch !== 'x64' && machine.arch !== 'arm64') {
    return { reason: `that needs x86_64 or arm64, this is ${machine.arch}`, fix: 'use another machine.' };
  }
  if (machine.missingPrograms.length > 0) {
    return {
      reason: `that needs ${machine.missingPrograms.join(', ')}, which are not on PATH`,
      fix: 'use Debian 12 or newer, where they are always installed.',
    };
  }
  if (machine.uid !== 0) {
    return { reason: `that needs root, this is user ${String(machine.uid)}`, fix: 'run podproof as root.' };
  }
  return undefined;
}
