import type { CommandRunner } from '../../core/command.ts';
import type { Deadline } from '../../core/deadline.ts';
import type { Finding } from '../../core/diagnosis.ts';
import type { Check } from '../check.ts';
import { finding, gibibytes, noEngine, noProbe, ok, skipped } from '../findings.ts';
import { isNative, type AnsweringEngine, type Patient } from '../patient.ts';

const NEEDED = 6 * 2 ** 30;
const INODE_SHARE = 0.05;
const TRIED = 'measured the file system of the engine’s data';

interface Space {
  readonly freeBytes: number;
  readonly inodes: number;
  readonly freeInodes: number;
}

export const diskSpace: Check = {
  id: 'D09',
  title: 'Disk space of the engine',
  moment: 'cluster',
  about: {
    looks:
      'Free space and inodes where the daemon keeps its data; from inside a container where that is not this machine.',
    matters:
      'kind switches disk eviction off, so a full disk does not evict pods: writes fail at random places, in etcd first.',
    levels: { fail: 'Less than 6 GiB or fewer than 5 % of the inodes are free.' },
    fix: [
      '`docker system df` tells what takes the space; `docker image prune`, `docker builder prune` and `docker volume prune` free it. podproof deletes nothing of yours.',
      'What podproof itself has cached goes with `npm run clean -- --all`.',
    ],
  },
  async look(patient, deadline) {
    const engine = await patient.engine();
    if (engine.kind === 'unusable') return skipped(TRIED, noEngine(engine));
    if (engine.kind === 'startable') return judge(await spaceOfCache(patient), '');
    if (isNative(engine, patient)) {
      const there = await patient.files.disk(engine.daemon.dataRoot);
      if (there !== undefined) return judge(there, await reclaimable(there, engine, patient.shell, deadline));
    }
    const probe = await patient.probe();
    if (probe.kind !== 'ran') return skipped(TRIED, noProbe(probe));
    return judge(probe.disk, await reclaimable(probe.disk, engine, patient.shell, deadline));
  },
};

/** The embedded engine keeps its data in the cache, which may not exist yet. */
async function spaceOfCache({ files, folders }: Patient): Promise<Space> {
  return (
    (await files.disk(folders.cache)) ??
    (await files.disk(folders.home)) ?? { freeBytes: Number.NaN, inodes: 0, freeInodes: 0 }
  );
}

function isEnough({ freeBytes, inodes, freeInodes }: Space): boolean {
  return !(freeBytes < NEEDED) && (inodes === 0 || freeInodes / inodes >= INODE_SHARE);
}

function judge(space: Space, reclaim: string): Finding {
  const { freeBytes, inodes, freeInodes } = space;
  const share = inodes === 0 ? '' : `, ${((freeInodes / inodes) * 100).toFixed(0)} % of the inodes`;
  const seen = `${gibibytes(freeBytes)} free${share}`;
  if (isEnough(space)) return ok(TRIED, seen);
  return finding('fail', {
    tried: TRIED,
    seen,
    cause: `A cluster wants ${gibibytes(NEEDED)} and 5 % of the inodes; without them etcd and pods fail at random.`,
    fix: `Free some: docker image prune, docker builder prune, docker volume prune.${reclaim}`,
  });
}

/** Only asked when it helps: measuring can take the daemon seconds. */
async function reclaimable(
  space: Space,
  { dockerCli, env }: AnsweringEngine,
  shell: CommandRunner,
  deadline: Deadline,
): Promise<string> {
  if (isEnough(space)) return '';
  const format = '{{.Type}} {{.Reclaimable}}';
  const result = await shell.run([dockerCli, 'system', 'df', '--format', format], { deadline, env });
  const rows = result.stdout.split('\n').filter((row) => row !== '' && !/ 0B/.test(row));
  return rows.length === 0 ? '' : ` It can be freed: ${rows.join(', ')}.`;
}
