import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';

/** A process that runs one of the daemon's own programs. */
export interface DaemonProcess {
  readonly pid: number;
  readonly program: string;
  readonly executable: string;
}

/** Programs that belong to a daemon. `docker` is not among them: a CLI call ends by itself when its daemon is gone. */
const DAEMON_PROGRAMS = [
  'dockerd',
  'containerd',
  'containerd-shim',
  'containerd-shim-runc-v1',
  'containerd-shim-runc-v2',
  'docker-proxy',
  'runc',
] as const;

/** Processes of engines on this host, whoever started them. What runs inside containers does not count. */
export async function daemonProcesses(): Promise<readonly DaemonProcess[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(names.map((name) => describe(Number(name))));
  return found.filter((process) => process !== undefined);
}

async function describe(pid: number): Promise<DaemonProcess | undefined> {
  // The suffix appears when the file was removed under a running program.
  const link = await readlink(`/proc/${String(pid)}/exe`).catch(() => undefined);
  const executable = link?.replace(/ \(deleted\)$/, '');
  if (executable === undefined) return undefined;
  const program = basename(executable);
  return (DAEMON_PROGRAMS as readonly string[]).includes(program) ? { pid, program, executable } : undefined;
}

/** Those that run our unpacked programs. */
export function ownProcesses(all: readonly DaemonProcess[], engineFolder: string): readonly DaemonProcess[] {
  return all.filter((process) => process.executable.startsWith(`${engineFolder}/`));
}

/** Other Docker daemons that share our network, and with it Docker's firewall chains. */
export async function otherDaemons(
  all: readonly DaemonProcess[],
  engineFolder: string,
): Promise<readonly DaemonProcess[]> {
  const network = await readlink('/proc/self/ns/net');
  const others = all.filter(
    (process) => process.program === 'dockerd' && !process.executable.startsWith(`${engineFolder}/`),
  );
  const networks = await Promise.all(
    others.map((process) => readlink(`/proc/${String(process.pid)}/ns/net`).catch(() => undefined)),
  );
  return others.filter((_, index) => networks[index] === network);
}

/**
 * Any other Docker or containerd, in whatever network: they may use the folders that these programs make below /run
 * and /opt, and removing a folder takes away what others have mounted on it.
 */
export function folderUsers(all: readonly DaemonProcess[], engineFolder: string): readonly DaemonProcess[] {
  return all.filter(
    (process) =>
      (process.program === 'dockerd' || process.program === 'containerd') &&
      !process.executable.startsWith(`${engineFolder}/`),
  );
}

/** The value of an option on a process's command line, written `--option value` or `--option=value`. */
export async function optionOf(pid: number, option: string): Promise<string | undefined> {
  const words = (await readFile(`/proc/${String(pid)}/cmdline`, 'utf8').catch(() => '')).split('\0');
  const joined = words.find((word) => word.startsWith(`${option}=`));
  if (joined !== undefined) return joined.slice(option.length + 1);
  const at = words.indexOf(option);
  return at < 0 ? undefined : words[at + 1];
}
