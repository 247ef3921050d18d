import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandRunner } from '../core/command.ts';
import type { Deadline } from '../core/deadline.ts';
import { parseListFile, parseSourcesFile, type AptSource } from './apt-sources.ts';

/** Where apt is told to work: everything below one folder of ours, nothing of the system's is written. */
export interface AptState {
  readonly folder: string;
  /** Downloaded packages stay here; apt checks them again before it skips a download. */
  readonly debs: string;
  /** Sets APT_CONFIG: apt reads that file before any other, so it decides where the others are looked for. */
  readonly env: Readonly<Record<string, string>>;
}

/** Settings of the machine that a download may need; none of them weakens the check of signatures. */
const CARRIED = /^Acquire::(?:(?:https?|ftp)::|Check-Valid-Until |Check-Date |Retries |ForceIPv[46] )/;

/** The sources of the machine; an absent file counts as empty. */
export async function machineSources(aptFolder = '/etc/apt'): Promise<AptSource[]> {
  const parts = join(aptFolder, 'sources.list.d');
  const names = await readdir(parts).catch(() => []);
  const found = await Promise.all([
    read(join(aptFolder, 'sources.list')).then(parseListFile),
    ...names
      .filter((name) => name.endsWith('.list'))
      .map((name) => read(join(parts, name)).then(parseListFile)),
    ...names
      .filter((name) => name.endsWith('.sources'))
      .map((name) => read(join(parts, name)).then(parseSourcesFile)),
  ]);
  return found.flat();
}

/**
 * Makes a private apt state folder that knows only the given sources. The machine's proxy and date settings apply;
 * its hooks (APT::Update::Post-Invoke and the like, which touch the system) do not.
 */
export async function prepareAptState(
  folder: string,
  sources: string,
  machine: { readonly runner: CommandRunner; readonly deadline: Deadline },
): Promise<AptState> {
  const debs = join(folder, 'debs');
  for (const path of ['lists/partial', 'cache/archives/partial', 'debs', 'parts']) {
    await mkdir(join(folder, path), { recursive: true });
  }
  const dump = await machine.runner.run(['apt-config', 'dump'], { deadline: machine.deadline });
  await writeIfChanged(join(folder, 'podproof.sources'), sources);
  await writeIfChanged(join(folder, 'status'), '');
  await writeIfChanged(join(folder, 'apt.conf'), aptConfig(folder, dump.stdout));
  return { folder, debs, env: { APT_CONFIG: join(folder, 'apt.conf'), LC_ALL: 'C.UTF-8' } };
}

/** The text of apt.conf; `machineDump` is the output of `apt-config dump`. */
export function aptConfig(folder: string, machineDump: string): string {
  const own = {
    'Dir::State': folder,
    'Dir::State::lists': join(folder, 'lists'),
    'Dir::State::status': join(folder, 'status'),
    'Dir::Cache': join(folder, 'cache'),
    'Dir::Etc::main': '/dev/null',
    'Dir::Etc::parts': join(folder, 'parts'),
    'Dir::Etc::sourcelist': join(folder, 'podproof.sources'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::Etc::preferences': '/dev/null',
    'Dir::Etc::preferencesparts': '/dev/null',
    // The cache folder is private, and apt's own user could not write there.
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '3',
  };
  const carried = machineDump.split('\n').filter((line) => CARRIED.test(line));
  const lines = Object.entries(own).map(([key, value]) => `${key} "${value}";`);
  return `${[...carried, ...lines].join('\n')}\n`;
}

/** How old the package lists are, in milliseconds; infinite when there are none for the current sources. */
export async function listsAgeMs(state: AptState): Promise<number> {
  const [stamp, sources] = await Promise.all([
    stat(join(state.folder, 'updated')).catch(() => undefined),
    stat(join(state.folder, 'podproof.sources')),
  ]);
  if (stamp === undefined || stamp.mtimeMs < sources.mtimeMs) return Infinity;
  return Date.now() - stamp.mtimeMs;
}

/** Notes that the package lists are up to date now. */
export async function stampLists(state: AptState): Promise<void> {
  await writeFile(join(state.folder, 'updated'), '');
}

async function writeIfChanged(path: string, text: string): Promise<void> {
  if ((await read(path, 'absent')) !== text) await writeFile(path, text);
}

async function read(path: string, otherwise = ''): Promise<string> {
  return readFile(path, 'utf8').catch(() => otherwise);
}
