import type { CommandRunner } from '../../core/command.ts';
import type { ForeignObject } from '../../core/submission.ts';
import { ask } from '../../probes/answer.ts';
import { recordAt, recordsAt, textAt } from '../shape.ts';

const NAME = /^[a-z0-9_]+(?:[./][a-z0-9_-]+)+$/i;

/** The kernel settings that a pod asks for. */
export function sysctlsOf(pod: ForeignObject): readonly string[] {
  const security = recordAt(recordAt(pod, 'spec'), 'securityContext');
  return recordsAt(security, 'sysctls').flatMap((sysctl) => {
    const name = textAt(sysctl, 'name') ?? '';
    return NAME.test(name) ? [name] : [];
  });
}

/**
 * Values of kernel settings in the network, IPC and UTS namespaces of a process. Read by a program of the node that
 * enters these three only, so nothing of the container is run.
 *
 * @returns by name; a setting that could not be read is not in it
 * @throws CannotTell
 */
export async function readSysctls(
  node: CommandRunner,
  pid: number,
  names: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const values = await Promise.all(
    names.map(async (name): Promise<readonly [string, string] | undefined> => {
      const path = `/proc/sys/${name.includes('/') ? name : name.replaceAll('.', '/')}`;
      const enter = ['nsenter', '--target', String(pid), '--net', '--ipc', '--uts', '--'] as const;
      const { exitCode, stdout } = await ask(node, [...enter, 'cat', path]);
      return exitCode === 0 ? [name, stdout.trim().replaceAll(/\s+/g, ' ')] : undefined;
    }),
  );
  return new Map(values.filter((value) => value !== undefined));
}
