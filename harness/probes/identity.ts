import type { CommandRunner } from '../core/command.ts';
import { CannotTell } from '../core/under-test.ts';
import { read } from './answer.ts';

/** Who a process is and what it may do, as the kernel says in /proc/PID/status. */
export type ProcessIdentity = {
  /** Effective user and group id, as seen from the user namespace of whoever asks. */
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
  /** Capability masks, 16 hexadecimal digits. */
  readonly capEff: string;
  readonly capBnd: string;
  /** 0 off, 1 strict, 2 filter. */
  readonly seccomp: number;
  readonly noNewPrivs: boolean;
};

/**
 * Reads the identity of a process. `kubectl exec … id` measures the process that exec starts; for the container's
 * own main process ask for PID 1 (or, with hostPID, ask the node).
 *
 * @throws CannotTell
 */
export async function identityOf(runner: CommandRunner, pid: number | 'self'): Promise<ProcessIdentity> {
  return parseStatus(await read(runner, ['cat', `/proc/${String(pid)}/status`]));
}

/** @throws CannotTell when a field is missing (source of the format: man 5 proc) */
export function parseStatus(text: string): ProcessIdentity {
  const fields = new Map(
    text
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const field = (name: string): string => {
    const value = fields.get(name);
    if (value === undefined) throw new CannotTell(`/proc/PID/status has no line ${name}`);
    return value;
  };
  return {
    uid: numbers(field('Uid'))[1] ?? unreadable('Uid'),
    gid: numbers(field('Gid'))[1] ?? unreadable('Gid'),
    groups: numbers(field('Groups')),
    capEff: field('CapEff'),
    capBnd: field('CapBnd'),
    seccomp: Number(field('Seccomp')),
    noNewPrivs: field('NoNewPrivs') === '1',
  };
}

/** What `id` printed, each number with the name the image's passwd and group files give it. */
export type IdOutput = {
  readonly uid: number;
  readonly user: string | null;
  readonly gid: number;
  readonly group: string | null;
  readonly groups: readonly number[];
};

/**
 * Parses the output of `id`, anchored: `uid=405(guest) gid=100(users) groups=100(users)`. A search for `uid=405`
 * would also accept `euid=405` and `uid=4050`.
 *
 * @throws CannotTell
 */
export function parseId(text: string): IdOutput {
  const match = /^uid=(\d+)(?:\(([^)]*)\))? gid=(\d+)(?:\(([^)]*)\))?(?: groups=(.*))?$/.exec(text.trim());
  if (match === null) throw new CannotTell(`not an output of id: ${JSON.stringify(text.slice(0, 120))}`);
  const [, uid, user, gid, group, groups = ''] = match;
  return {
    uid: Number(uid),
    user: user ?? null,
    gid: Number(gid),
    group: group ?? null,
    groups: groups
      .split(',')
      .filter((entry) => entry !== '')
      .map((entry) => Number.parseInt(entry, 10)),
  };
}

function numbers(text: string): number[] {
  return text
    .split(/\s+/)
    .filter((word) => word !== '')
    .map(Number);
}

function unreadable(field: string): never {
  throw new CannotTell(`/proc/PID/status: cannot read ${field}`);
}
