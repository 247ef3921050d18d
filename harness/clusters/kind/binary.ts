import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describeResult, type CommandRunner } from '../../core/command.ts';
import { Deadline } from '../../core/deadline.ts';
import { EnvironmentError, InfrastructureError } from '../../core/errors.ts';
import { acquireFileLock } from '../../core/file-lock.ts';
import type { ProviderOptions } from '../../core/cluster.ts';
import { isTested, OWN_KIND_VERSION, parseKindVersion, TESTED_RANGE } from './version.ts';

export interface KindBinary {
  readonly path: string;
  readonly version: string;
}

export interface KindSearch extends Pick<ProviderOptions, 'deadline' | 'progress'> {
  readonly shell: CommandRunner;
  readonly cacheDir: string;
}

/** Measured on two cores with empty caches. */
const INSTALL_ESTIMATE_MS = 27_000;

/**
 * A kind that podproof was tested with: the one on PATH, else the one in the cache. `none` names one on PATH that is
 * outside the tested range. Nothing is changed.
 */
export type KindLook =
  | ({ readonly kind: 'found'; readonly where: 'PATH' | 'cache' } & KindBinary)
  | {
      readonly kind: 'none';
      readonly untested: string | undefined;
      /** What is on PATH, for people. */
      readonly onPath: string;
    };

export async function lookForKind(search: Omit<KindSearch, 'progress'>): Promise<KindLook> {
  const said = await say('kind', search);
  const installed = said === undefined ? undefined : parseKindVersion(said);
  if (installed !== undefined && isTested(installed)) {
    return { kind: 'found', where: 'PATH', path: 'kind', version: installed };
  }
  const path = ownPath(search.cacheDir);
  const isCached = (await ask(path, search)) === OWN_KIND_VERSION;
  return isCached
    ? { kind: 'found', where: 'cache', path, version: OWN_KIND_VERSION }
    : { kind: 'none', untested: installed, onPath: describePath(said) };
}

/**
 * Finds a kind that podproof was tested with, or builds one into the cache with `go install`. Nothing outside the
 * cache is written.
 *
 * @throws EnvironmentError KIND_MISSING when there is none and no Go to build it
 * @throws InfrastructureError KIND_INSTALL_FAILED
 */
export async function ensureKind(search: KindSearch): Promise<KindBinary> {
  const step = search.progress.step('kind');
  try {
    const look = await lookForKind(search);
    if (look.kind === 'found') {
      step.done(`${look.version} (${look.where === 'PATH' ? 'PATH' : 'cached'})`);
      return { path: look.path, version: look.version };
    }
    const why = look.untested === undefined ? '' : ` (${look.untested} on PATH is not ${TESTED_RANGE})`;
    step.update(`building kind ${OWN_KIND_VERSION}, about ${String(INSTALL_ESTIMATE_MS / 1000)} s${why}`);
    const path = ownPath(search.cacheDir);
    await install(path, { ...search, onPath: look.onPath });
    step.done(`${OWN_KIND_VERSION} (built)`);
    return { path, version: OWN_KIND_VERSION };
  } catch (error) {
    step.fail('not available');
    throw error;
  }
}

interface Installation extends KindSearch {
  /** Why the kind on PATH is not used, for people. */
  readonly onPath: string;
}

function ownPath(cacheDir: string): string {
  return join(cacheDir, 'tools', `kind-v${OWN_KIND_VERSION}`, 'kind');
}

function describePath(said: string | undefined): string {
  if (said === undefined) return 'there is none on PATH';
  const version = parseKindVersion(said);
  return version === undefined
    ? `the one on PATH answers ${JSON.stringify(said.trim().slice(0, 80))} when asked for its version`
    : `the one on PATH is ${version}`;
}

type Asking = Omit<KindSearch, 'progress'>;

async function ask(path: string, search: Asking): Promise<string | undefined> {
  const said = await say(path, search);
  return said === undefined ? undefined : parseKindVersion(said);
}

/** What it answers when it is asked for its version; `undefined` when it cannot be run. */
async function say(path: string, { shell, deadline }: Asking): Promise<string | undefined> {
  const answer = await shell.run([path, 'version'], {
    deadline: Deadline.in(10_000, 'kind version', deadline.signal),
  });
  deadline.signal.throwIfAborted();
  if (answer.kind === 'notStarted') return undefined;
  return answer.kind === 'exited' && answer.exitCode === 0 ? answer.stdout : describeResult(answer);
}

/** Builds into a folder beside the target and renames it, so that a killed build never leaves half a program. */
async function install(path: string, search: Installation): Promise<void> {
  const { cacheDir, deadline } = search;
  const target = join(path, '..');
  await using _ = await acquireFileLock(`${target}.lock`, { deadline });
  // Whoever held the lock before us may have built it.
  if ((await ask(path, search)) === OWN_KIND_VERSION) return;
  const workplace = `${target}.new`;
  await rm(workplace, { recursive: true, force: true });
  await mkdir(workplace, { recursive: true });
  try {
    await build(workplace, join(cacheDir, 'go'), search);
    await rm(target, { recursive: true, force: true });
    await rename(workplace, target);
  } finally {
    await rm(workplace, { recursive: true, force: true });
  }
}

async function build(
  bin: string,
  goFolder: string,
  { shell, deadline, onPath }: Installation,
): Promise<void> {
  const result = await shell.run(['go', 'install', '-trimpath', `sigs.k8s.io/kind@v${OWN_KIND_VERSION}`], {
    deadline,
    // The user's own flags (-mod=vendor, cross compilation) must not decide what we get.
    env: {
      GOBIN: bin,
      GOMODCACHE: join(goFolder, 'mod'),
      GOCACHE: join(goFolder, 'build'),
      GOFLAGS: '-buildvcs=false',
      GOOS: '',
      GOARCH: '',
      GO111MODULE: 'on',
      CGO_ENABLED: '0',
    },
  });
  if (result.kind === 'exited' && result.exitCode === 0) return;
  deadline.signal.throwIfAborted();
  if (result.kind === 'notStarted') {
    throw new EnvironmentError(
      'KIND_MISSING',
      `There is no kind in the tested range ${TESTED_RANGE} (${onPath}), and no Go to build it.`,
      { hint: `Install kind ${OWN_KIND_VERSION} (https://kind.sigs.k8s.io) or Go (https://go.dev/dl).` },
    );
  }
  throw new InfrastructureError('KIND_INSTALL_FAILED', `Building kind failed: ${describeResult(result)}`, {
    hint: `Install kind ${OWN_KIND_VERSION} by hand and put it on PATH, or check the access to Go modules.`,
  });
}
