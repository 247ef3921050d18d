import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describeResult, type CommandResult } from '../core/command.ts';
import { EnvironmentError } from '../core/errors.ts';
import { expectSuccess } from './expect-success.ts';
import type { Stage, StageJob } from './stage.ts';
import { recipe, type Workshop } from './workshop.ts';

/** A Go module of the recipe and what is built from it. */
export interface GoProgram {
  /** Name of the stage. */
  readonly name: string;
  readonly title: string;
  /** Folder below the recipe folder. */
  readonly folder: string;
  readonly estimateMs: number;
  /** `.` builds the module's own command, `tool` the commands of its tool directives. */
  readonly target: '.' | 'tool';
  readonly tags?: string;
  readonly ldflags?: string;
  /** Set when C is involved: further environment of the compiler, and the stage that brings the headers. */
  readonly cgo?: {
    readonly needs: string;
    readonly env: (folder: string) => Readonly<Record<string, string>>;
  };
}

/** The stage that builds a Go program into its folder, with module and build cache inside the product's cache. */
export function goStage(shop: Workshop, program: GoProgram): Stage {
  const folder = recipe(shop, program.folder);
  const { tags, ldflags = '-s -w', cgo } = program;
  const settings = [program.target, tags, ldflags, shop.architecture, cgo?.env('')];
  return {
    name: program.name,
    title: program.title,
    estimateMs: program.estimateMs,
    lane: 'cpu',
    needs: cgo === undefined ? [] : [cgo.needs],
    inputs: [folder],
    settings,
    async build(job) {
      // -buildvcs=false: the commit that happens to be checked out is no input of these programs.
      const argv: [string, ...string[]] = [
        'go',
        'build',
        '-trimpath',
        // Names every package that it compiles: minutes without a word look like a build that hangs.
        '-v',
        '-buildvcs=false',
        '-ldflags',
        ldflags,
      ];
      if (tags !== undefined) argv.push('-tags', tags);
      argv.push('-o', `${job.into}/`, program.target);
      const compiler =
        cgo === undefined ? { CGO_ENABLED: '0' } : { CGO_ENABLED: '1', ...cgo.env(job.folderOf(cgo.needs)) };
      // A gigabyte while Kubernetes is linked: too much for a /tmp in memory.
      const scratch = join(job.into, 'tmp');
      await mkdir(scratch);
      await runGo(shop, job, { argv, folder, title: program.title, env: { ...compiler, GOTMPDIR: scratch } });
      await rm(scratch, { recursive: true });
    },
  };
}

/** Go's caches below ours, so that one folder holds everything and a later build is fast. */
function goEnvironment(cacheDir: string): Record<string, string> {
  return {
    GOCACHE: join(cacheDir, 'go', 'build'),
    GOMODCACHE: join(cacheDir, 'go', 'mod'),
    // Go makes its module cache read-only by default, and then nobody can remove it.
    GOFLAGS: '-modcacherw',
    GOWORK: 'off',
  };
}

/** The version that a go.mod requires of a module. @throws when it requires none */
export async function requiredVersion(goMod: string, module: string): Promise<string> {
  const text = await readFile(goMod, 'utf8');
  const line = text.split('\n').find((candidate) =>
    candidate
      .trim()
      .replace(/^require /, '')
      .startsWith(`${module} v`),
  );
  const version = /\sv(\S+)/.exec(line ?? '')?.[1];
  if (version === undefined) throw new Error(`${goMod} does not require ${module}`);
  return `v${version}`;
}

/** The modules that a failed `go build` could not download, without their address. */
export function modulesNotDownloaded(stderr: string): string[] {
  const found = stderr.split('\n').flatMap((line) => {
    if (!/: Get "|: reading http|dial tcp|i\/o timeout|unexpected EOF|TLS handshake/.test(line)) return [];
    const module = /(?:^|\s)([\w.~-]+\.[\w.~-]+(?:\/[\w.~-]+)*@v[\w.+-]+)/.exec(line)?.[1];
    return module === undefined ? [] : [module];
  });
  return [...new Set(found)];
}

const DOWNLOAD_ATTEMPTS = 3;
const RETRY_PAUSE_MS = 2000;

interface GoRun {
  readonly argv: [string, ...string[]];
  readonly folder: string;
  readonly title: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Proxies answer with an error now and then; a build of ten minutes should not end for that. */
async function runGo(shop: Workshop, job: StageJob, run: GoRun): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const result = await tryGo(shop, job, run);
    const missing = result.kind === 'exited' ? modulesNotDownloaded(result.stderr) : [];
    if (missing.length === 0 || (result.kind === 'exited' && result.exitCode === 0)) {
      expectSuccess(result, run.argv, { what: `the build of ${run.title}`, deadline: job.deadline });
      return;
    }
    if (attempt === DOWNLOAD_ATTEMPTS) {
      const why = /": (.+)$/m.exec(result.stderr)?.[1] ?? describeResult(result);
      throw new EnvironmentError(
        'GO_MODULES_UNAVAILABLE',
        `Could not download ${missing.slice(0, 3).join(', ')} (${run.title}): ${why}`,
        {
          hint: 'Check the network and `go env GOPROXY`. What was downloaded is kept: run the command again.',
        },
      );
    }
    job.step.update(`download of ${missing[0] ?? ''} failed, trying again`);
    await shop.clock.sleep(RETRY_PAUSE_MS, job.deadline.signal);
  }
}

async function tryGo(shop: Workshop, job: StageJob, { argv, folder, env }: GoRun): Promise<CommandResult> {
  let downloads = 0;
  let packages = 0;
  return shop.runner.run(argv, {
    deadline: job.deadline,
    cwd: folder,
    env: { ...goEnvironment(shop.cacheDir), ...env },
    onLine: (line) => {
      const module = /^go: downloading (\S+)/.exec(line)?.[1];
      if (module !== undefined) {
        downloads += 1;
        job.step.update(`downloading module ${String(downloads)}: ${module}`);
      } else if (/^[\w.~-]+(?:\/[\w.~-]+)*$/.test(line)) {
        packages += 1;
        job.step.update(`compiling package ${String(packages)}: ${line}`);
      }
    },
  });
}
