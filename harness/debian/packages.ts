import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describeResult, type CommandResult, type CommandRunner } from '../core/command.ts';
import type { Deadline } from '../core/deadline.ts';
import { EnvironmentError } from '../core/errors.ts';
import { acquireFileLock } from '../core/file-lock.ts';
import type { ProgressStep } from '../core/progress.ts';
import type { AptSource } from './apt-sources.ts';
import { listsAgeMs, machineSources, prepareAptState, stampLists, type AptState } from './apt-state.ts';
import { parsePrintedUris, type DebFile } from './print-uris.ts';
import { sourcesOfSuite, type Suite } from './suite-sources.ts';

export interface UnpackRequest {
  readonly suite: Suite;
  /** The exact list: dependencies are the caller's business. */
  readonly packages: readonly string[];
  /** Created when absent. Files of several packages land in the same tree. */
  readonly into: string;
  readonly deadline: Deadline;
  readonly progress?: ProgressStep;
}

export interface DebianPackages {
  /**
   * Downloads the packages from the machine's own Debian mirror, checked by apt against the machine's keys, and
   * unpacks their files. Nothing is installed and no maintainer script runs. Safe to call from several processes.
   *
   * @returns name and version of every package, in the order asked for
   * @throws EnvironmentError DEBIAN_PACKAGES_UNAVAILABLE naming package and suite; TimeoutError
   */
  unpack(request: UnpackRequest): Promise<readonly { name: string; version: string }[]>;
}

export interface DebianPackagesOptions {
  /** The product's cache folder; state and packages live in `<cacheDir>/debian/<suite>`. */
  readonly cacheDir: string;
  readonly runner: CommandRunner;
  /** @default the sources in /etc/apt */
  readonly sources?: () => Promise<readonly AptSource[]>;
}

/** Lists younger than this are used as they are; an older version that vanished from the mirror forces a new look. */
const LISTS_FRESH_MS = 6 * 3600 * 1000;

/** @example await debianPackages({ cacheDir, runner: local() }).unpack({ suite: 'trixie', packages: ['tini'], into, deadline }) */
export function debianPackages(options: DebianPackagesOptions): DebianPackages {
  return { unpack: (request) => unpack(options, request) };
}

async function unpack(
  { cacheDir, runner, sources = machineSources }: DebianPackagesOptions,
  request: UnpackRequest,
): Promise<{ name: string; version: string }[]> {
  const { suite, into, deadline, progress } = request;
  const wanted = sourcesOfSuite(await sources(), suite);
  if (wanted === undefined) throw noMirror(request);
  const folder = join(cacheDir, 'debian', suite);
  await using _lock = await acquireFileLock(join(folder, 'lock'), {
    deadline,
    onWait: (owner) => progress?.update(`waiting for process ${String(owner.pid)} that downloads packages`),
  });
  const state = await prepareAptState(folder, wanted, { runner, deadline });
  const apt: Apt = { runner, state, request };
  const files = await download(apt);
  await mkdir(into, { recursive: true });
  for (const file of files) {
    progress?.update(`unpacking ${file.name} ${file.version}`);
    const result = await runner.run(['dpkg-deb', '--extract', join(state.debs, file.fileName), into], {
      deadline,
    });
    if (!succeeded(result)) throw unavailable(request, file.name, result);
  }
  return files.map(({ name, version }) => ({ name, version }));
}

interface Apt {
  readonly runner: CommandRunner;
  readonly state: AptState;
  readonly request: UnpackRequest;
}

/** Tries with the lists at hand first; mirrors drop superseded versions, so a failure there is worth one update. */
async function download(apt: Apt): Promise<DebFile[]> {
  const isFresh = (await listsAgeMs(apt.state)) < LISTS_FRESH_MS;
  if (isFresh) {
    const found = await tryDownload(apt);
    if (Array.isArray(found)) return found;
  }
  await updateLists(apt);
  const found = await tryDownload(apt);
  if (Array.isArray(found)) return found;
  throw unavailable(apt.request, found.packageName, found.result);
}

async function updateLists({ runner, state, request }: Apt): Promise<void> {
  const { deadline, progress, suite } = request;
  progress?.update(`reading the package lists of ${suite}`);
  const result = await runner.run(['apt-get', 'update'], { deadline, env: state.env });
  if (!succeeded(result)) throw unavailable(request, request.packages.join(', '), result);
  await stampLists(state);
}

interface Failure {
  readonly packageName: string;
  readonly result: CommandResult;
}

async function tryDownload({ runner, state, request }: Apt): Promise<DebFile[] | Failure> {
  const files: DebFile[] = [];
  for (const packageName of request.packages) {
    const { deadline, progress } = request;
    // One package at a time: apt stops at the first failure of a batch and does not always say whose it was.
    // Not in the folder of the packages: apt prints nothing for a file that is already there.
    const printed = await runner.run(['apt-get', 'download', '--print-uris', packageName], {
      deadline,
      env: state.env,
      cwd: state.folder,
    });
    const file = parsePrintedUris(printed.stdout)[0];
    if (!succeeded(printed) || file === undefined) return { packageName, result: printed };
    progress?.update(`downloading ${packageName} ${file.version} (${megabytes(file.size)})`);
    const result = await runner.run(['apt-get', 'download', packageName], {
      deadline,
      env: state.env,
      cwd: state.debs,
    });
    if (!succeeded(result)) return { packageName, result };
    files.push(file);
  }
  return files;
}

function succeeded(result: CommandResult): boolean {
  return result.kind === 'exited' && result.exitCode === 0;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function unavailable(request: UnpackRequest, packageName: string, result: CommandResult): Error {
  if (!request.deadline.expired) request.deadline.signal.throwIfAborted();
  if (result.kind === 'timedOut') return request.deadline.error(`${packageName}: ${describeResult(result)}`);
  return new EnvironmentError(
    'DEBIAN_PACKAGES_UNAVAILABLE',
    `Could not get the Debian package ${packageName} of ${request.suite}: ${describeResult(result)}`,
    {
      hint: 'Check that `apt-get update` works on this machine: its mirror and proxy settings are used.',
      context: { suite: request.suite, package: packageName },
    },
  );
}

function noMirror(request: UnpackRequest): EnvironmentError {
  const names = request.packages.join(', ');
  return new EnvironmentError(
    'DEBIAN_PACKAGES_UNAVAILABLE',
    `Could not get the Debian packages ${names} of ${request.suite}: /etc/apt names no Debian mirror.`,
    {
      hint: 'Run on Debian, or add a Debian mirror with its keyring (Signed-By) below /etc/apt/sources.list.d.',
      context: { suite: request.suite },
    },
  );
}
