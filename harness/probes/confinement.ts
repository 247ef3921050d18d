import type { CommandRunner } from '../core/command.ts';
import { ask, read } from './answer.ts';
import { identityOf } from './identity.ts';

/** What a container runtime puts around a container's main process beside namespaces and capabilities. */
export type Confinement = {
  /** Places of /proc and /sys that something else was mounted over, so that they are hidden or read-only. */
  readonly covered: readonly string[];
  readonly sysReadOnly: boolean;
  /** 0 off, 1 strict, 2 filter. */
  readonly seccomp: number;
  /** The profile that is enforced; null where there is none, or no AppArmor. */
  readonly appArmor: string | null;
};

/** @throws CannotTell */
export async function confinementOf(runner: CommandRunner): Promise<Confinement> {
  const mounts = parseMounts(await read(runner, ['cat', '/proc/1/mountinfo']));
  const profile = await ask(runner, ['cat', '/proc/1/attr/current']);
  return {
    ...mounts,
    seccomp: (await identityOf(runner, 1)).seccomp,
    // Without AppArmor the kernel refuses to read the file (EINVAL), or another module writes something of its own.
    appArmor: /^(.+) \(enforce\)$/.exec(profile.stdout.trim())?.[1] ?? null,
  };
}

/**
 * Reads /proc/PID/mountinfo (man 5 proc). Which places a runtime covers is its own choice (OCI runtime specification,
 * `maskedPaths` and `readonlyPaths`); control groups are mounted below /sys in every container.
 */
export function parseMounts(mountinfo: string): Pick<Confinement, 'covered' | 'sysReadOnly'> {
  const mounts = mountinfo
    .split('\n')
    .map((line) => line.split(' '))
    .map(([, , , , path = '', options = '']) => ({ path, readOnly: options.split(',').includes('ro') }));
  return {
    covered: mounts
      .map(({ path }) => path)
      .filter((path) => /^\/(proc|sys)\//.test(path) && !path.startsWith('/sys/fs/cgroup'))
      .sort(),
    sysReadOnly: mounts.some(({ path, readOnly }) => path === '/sys' && readOnly),
  };
}
