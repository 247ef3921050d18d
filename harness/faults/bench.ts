import { chmod, cp, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { plant, type Files } from '../testing/malformed/scenario-files.ts';
import { fakeDaemon, type FakeDaemon, type DaemonBehaviour } from './fake-daemon.ts';
import { processesOf } from './leftovers.ts';
import { ownCache } from './own-cache.ts';
import { PodproofRun } from './podproof-run.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FAKE = 'harness/faults/fake-podproof-process.ts';
/** Programs that podproof would start to reach an engine. */
const WATCHED = ['docker', 'kind', 'kubectl', 'minikube'] as const;

/** What a fault needs beside this project. */
export type Needs = 'nothing' | 'engine' | 'kind';

export interface BenchOptions {
  readonly needs: Needs;
  /** Longest time of a run, after which it is killed. */
  readonly limitMs: number;
}

/**
 * A place of its own for one fault: home, cache, run folder, scenarios and PATH. Whatever podproof writes or starts is
 * found here afterwards; what it would do to an engine is written down by programs of the same name.
 */
export class FaultBench implements AsyncDisposable {
  /** Everything that is started for this fault has it in its environment. */
  readonly mark: string;
  /** Engine, images and clusters; with a real engine it is that of the suite and outlives this fault. */
  readonly cache: string;
  readonly #root: string;
  readonly #options: BenchOptions;
  readonly #daemons: FakeDaemon[] = [];

  private constructor(root: string, options: BenchOptions, cache: string) {
    this.#root = root;
    this.cache = cache;
    this.#options = options;
    this.mark = `podproof-fault-${crypto.randomUUID()}`;
  }

  static async create(options: BenchOptions): Promise<FaultBench> {
    const root = await realpath(await mkdtemp(join(tmpdir(), 'podproof-fault-')));
    const cache = options.needs === 'nothing' ? join(root, 'cache') : await ownCache();
    const bench = new FaultBench(root, options, cache);
    for (const folder of ['home/.kube', 'bin', 'tmp', 'runs', 'cache', 'scenarios'])
      await mkdir(join(root, folder), { recursive: true });
    await writeFile(bench.kubeconfig, USER_KUBECONFIG, { mode: 0o600 });
    await symlink(process.execPath, bench.path('bin/node'));
    for (const name of WATCHED) await bench.program(name, 'exit 127');
    await writeFile(bench.path('calls'), '');
    return bench;
  }

  /** A path below the place of this fault. */
  path(name: string): string {
    return join(this.#root, name);
  }

  get runs(): string {
    return this.path('runs');
  }

  /** The folder of the newest run. */
  async lastRun(): Promise<string> {
    const names = (await readdir(this.runs)).filter((name) => /^\d/.test(name));
    return join(this.runs, names.sort().at(-1) ?? '');
  }

  /** Whether there is an engine for it. */
  get isReal(): boolean {
    return this.#options.needs !== 'nothing';
  }

  /** The kubeconfig of the user, which nobody may touch. */
  get kubeconfig(): string {
    return this.path('home/.kube/config');
  }

  get daemons(): readonly FakeDaemon[] {
    return this.#daemons;
  }

  /** Writes scenario files, as in testing/malformed. */
  plant(files: Files): Promise<void> {
    return plant(this.#root, files);
  }

  /** Puts a program on PATH that notes its call and then does what the shell lines say. */
  async program(name: string, script: string): Promise<void> {
    const file = this.path(`bin/${name}`);
    await rm(file, { force: true });
    await writeFile(file, `#!/bin/sh\necho "${name} $*" >>"${this.path('calls')}"\n${script}\n`);
    await chmod(file, 0o755);
  }

  /** Takes a program off PATH. */
  without(name: string): Promise<void> {
    return rm(this.path(`bin/${name}`), { force: true });
  }

  /** A made-up Docker engine behind a socket. @returns its DOCKER_HOST */
  async daemon(name: string, behaviour: DaemonBehaviour): Promise<string> {
    const daemon = await fakeDaemon(this.path(`${name}.sock`), behaviour);
    this.#daemons.push(daemon);
    return daemon.endpoint;
  }

  /** Starts the real podproof. */
  podproof(argv: readonly string[], env: Readonly<Record<string, string>> = {}): PodproofRun {
    return this.start(this.command(argv), env);
  }

  /** The command that starts the real podproof. */
  command(argv: readonly string[]): [string, ...string[]] {
    return [process.execPath, join(ROOT, 'harness/launch.js'), ...argv];
  }

  /** Starts podproof with a made-up cluster; PODPROOF_FAKE says how it behaves. */
  fakePodproof(
    argv: readonly string[],
    env: Readonly<Record<string, string>> = {},
    project = ROOT,
  ): PodproofRun {
    return this.start([process.execPath, join(project, FAKE), ...argv], env);
  }

  /** A project of its own whose files may be changed. @returns its folder */
  async copyOfProject(): Promise<string> {
    const folder = this.path('project');
    for (const name of ['harness', 'scripts', 'jest.config.ts', 'package.json', 'tsconfig.json'])
      await cp(join(ROOT, name), join(folder, name), { recursive: true });
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    return folder;
  }

  /** Starts any program in this place, with nothing of the user's environment. */
  start(argv: readonly [string, ...string[]], env: Readonly<Record<string, string>>): PodproofRun {
    const environment = { ...this.#environment(), ...env };
    return new PodproofRun({ argv, cwd: this.#root, env: environment, limitMs: this.#options.limitMs });
  }

  #environment(): Readonly<Record<string, string>> {
    const { PATH = '' } = process.env;
    return {
      PODPROOF_FAULT: this.mark,
      PODPROOF_RUNS: this.runs,
      PODPROOF_CACHE: this.cache,
      HOME: this.path('home'),
      TMPDIR: this.path('tmp'),
      // Compiled code is shared, so that a start costs a third.
      NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'),
      LC_ALL: 'C.UTF-8',
      CI: 'true',
      ...(this.isReal
        ? { PATH }
        : {
            PATH: this.path('bin'),
            PODPROOF_SCENARIOS: this.path('scenarios'),
            // Nothing listens there, so that no fault can meet an engine by accident.
            DOCKER_HOST: `unix://${this.path('no-engine.sock')}`,
          }),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const daemon of this.#daemons) daemon.close();
    for (const pid of await processesOf(this.mark)) process.kill(pid, 'SIGKILL');
    await rm(this.#root, { recursive: true, force: true });
  }
}

const USER_KUBECONFIG = `apiVersion: v1
kind: Config
current-context: production
clusters: [{ name: production, cluster: { server: 'https://192.0.2.1:6443' } }]
contexts: [{ name: production, context: { cluster: production, user: me } }]
users: [{ name: me, user: { token: not-a-real-one } }]
`;
