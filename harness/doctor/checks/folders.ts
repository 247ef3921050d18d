import { dirname } from 'node:path';
import type { Finding } from '../../core/diagnosis.ts';
import type { Check } from '../check.ts';
import { finding, ok } from '../findings.ts';
import type { Patient } from '../patient.ts';

const TRIED = 'looked at owner, mode and file system of the cache and of the folder for runs';

/** statfs(2): file systems whose locks, sockets or modes cannot be relied on. */
const REMOTE: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x01021997, '9p (a folder of Windows or of the host of a virtual machine)'],
  [0x65735546, 'FUSE'],
]);
/** proc and sysfs: root may write to them by their modes, and cannot make a file there. */
const PSEUDO: ReadonlySet<number> = new Set([0x9fa0, 0x62656572]);
/** Folders that a program copies elsewhere while we write. */
const SYNCED = /\/(Dropbox|OneDrive[^/]*|Google ?Drive|iCloud ?Drive|Mobile Documents|Nextcloud)(\/|$)/i;
const OTHERS_MAY_WRITE = 0o022;

export const folders: Check = {
  id: 'D26',
  title: 'Folders of podproof',
  moment: 'start',
  about: {
    looks:
      'Whether the cache and the folder for runs (or the folders that would hold them) are writable, yours, closed to other writers, and on a local disk that nobody synchronises.',
    matters:
      'The cache holds programs that are run as you, kubeconfigs with an administrator’s key, locks and sockets. Sockets and locks do not work on network file systems.',
    levels: {
      fail: 'Not writable; or the cache belongs to or can be written by somebody else, or is on a network or synchronised folder.',
      warn: 'The folder for runs is on a network or synchronised folder; or the cache belongs to the user who called sudo.',
    },
    fix: ['Choose others with PODPROOF_CACHE and PODPROOF_RUNS, on a local disk.', '`chmod 700` the cache.'],
  },
  async look(patient) {
    const { cache, runs } = patient.folders;
    const problems = [
      ...(await inspect(cache, 'PODPROOF_CACHE', patient)),
      ...(await inspect(runs, 'PODPROOF_RUNS', patient)),
    ];
    const worst = problems.find(({ level }) => level === 'fail') ?? problems[0];
    return worst ?? ok(TRIED, `${cache}, ${runs}`);
  },
};

async function inspect(
  path: string,
  variable: 'PODPROOF_CACHE' | 'PODPROOF_RUNS',
  { files, machine }: Patient,
): Promise<readonly Finding[]> {
  const isCache = variable === 'PODPROOF_CACHE';
  const problem = (level: 'warn' | 'fail', seen: string, cause: string, fix: string): readonly Finding[] => [
    finding(level, { tried: TRIED, seen, cause, fix }),
  ];
  const elsewhere = `Choose another folder with ${variable}.`;
  const there = await nearest(path, files);
  const why = await whyNotWritable(path, there, files);
  if (why !== undefined) return problem('fail', why, `podproof has to write to ${path}.`, elsewhere);
  const owner = isCache ? await files.owner(path) : undefined;
  if (owner !== undefined && machine.uid !== undefined) {
    const isOpen = (owner.mode & OTHERS_MAY_WRITE) !== 0;
    if (isOpen || owner.uid !== machine.uid) {
      const seen = `${path} belongs to user ${String(owner.uid)}, mode ${owner.mode.toString(8)}`;
      const cause = 'Somebody else could put programs there that are run as you.';
      // With sudo the folder is often that of the user who called it, and who may do everything anyway.
      const level = machine.uid === 0 && !isOpen ? 'warn' : 'fail';
      return problem(level, seen, cause, `chmod 700 ${path}, or: ${elsewhere}`);
    }
  }
  const remote = REMOTE.get((await files.disk(there))?.type ?? 0);
  const synced = SYNCED.exec(path)?.[1];
  if (remote === undefined && synced === undefined) return [];
  const seen = `${path} is on ${remote ?? `a folder that ${synced ?? ''} synchronises`}`;
  const cause = 'Locks and sockets do not work there, or files change under us.';
  return problem(isCache ? 'fail' : 'warn', seen, cause, elsewhere);
}

/** In a folder of ours it is tried; above it only the permissions are read, since that folder is somebody else's. */
async function whyNotWritable(
  path: string,
  there: string,
  files: Patient['files'],
): Promise<string | undefined> {
  if (there === path) {
    const why = await files.whyNotWritable(path);
    return why && `${path} is not writable: ${why}`;
  }
  if (!(await files.isWritable(there))) return `${there} is not writable`;
  const isMadeUp = PSEUDO.has((await files.disk(there))?.type ?? 0);
  return isMadeUp ? `${there} is no folder for files` : undefined;
}

/** The folder itself, or the nearest above it that exists. */
async function nearest(path: string, files: Patient['files']): Promise<string> {
  for (let there = path; ; there = dirname(there)) {
    if ((await files.exists(there)) || there === dirname(there)) return there;
  }
}
