import { cp, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { done, pending, poll } from '../../core/poll.ts';
import { engineLayout } from '../embedded/layout.ts';
import { systemProcesses } from '../../core/process-identity.ts';
import { local } from '../../shell/local.ts';
import { EngineChild, stopInside } from './engine-child.ts';
import { PrivateNetwork } from './private-network.ts';
import { output, within } from './run.ts';

/**
 * Real engines in two cache folders, in a network namespace of their own: what other engines on this machine do
 * meanwhile cannot disturb the comparison of the host before and after, and nothing here can disturb them.
 */
export class EngineWorld {
  readonly folder: string;
  readonly network: PrivateNetwork;
  readonly #tools: string;

  private constructor(folder: string, network: PrivateNetwork, tools: string) {
    this.folder = folder;
    this.network = network;
    this.#tools = tools;
  }

  static async create(): Promise<EngineWorld> {
    const folder = await mkdtemp(join(tmpdir(), 'pp-e2e-'));
    const network = await PrivateNetwork.create();
    await reusePackages(join(folder, 'a'));
    {
      // Unpacks what could not be reused.
      await using first = await EngineChild.start(network, join(folder, 'a'));
      await first.release();
    }
    await reusePackages(join(folder, 'b'), join(folder, 'a'));
    const engine = join(folder, 'a/engine');
    const packages = (await readdir(engine)).find((name) => name.startsWith('packages-')) ?? '';
    const world = new EngineWorld(folder, network, join(engine, packages));
    await output(network.enter([world.busybox, 'ip', 'link', 'set', 'lo', 'up']));
    // A new namespace inherits the forwarding of the host, where another engine may have switched it on.
    await output(network.enter([world.busybox, 'sysctl', '-w', 'net.ipv4.ip_forward=0']));
    await world.#buildImage();
    return world;
  }

  get busybox(): string {
    return join(this.#tools, 'root/bin/busybox');
  }

  start(name: 'a' | 'b' = 'a'): Promise<EngineChild> {
    return EngineChild.start(this.network, this.cacheDir(name));
  }

  cacheDir(name: 'a' | 'b' = 'a'): string {
    return join(this.folder, name);
  }

  async stopLeftovers(): Promise<void> {
    for (const name of ['a', 'b'] as const) await stopInside(this.network, this.cacheDir(name));
  }

  async close(): Promise<void> {
    this.network.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Everything that an engine may change, read without the product's own code. */
  async host(): Promise<string> {
    const [nft, iptables, ip6tables] = await Promise.all([
      this.#tool('root/usr/sbin/nft', 'list', 'ruleset'),
      this.#tool('xtables/iptables-save'),
      this.#tool('xtables/ip6tables-save'),
    ]);
    const mounts = await readFile('/proc/self/mountinfo', 'utf8');
    const parts = {
      rules: [nft, iptables, ip6tables].map((text) =>
        text.replaceAll(/^#.*$|packets \d+ bytes \d+|\[\d+:\d+\]/gm, ''),
      ),
      links: await this.#tool('root/bin/busybox', 'ip', 'link'),
      settings: await this.#settings(),
      cgroups: await this.#cgroups(),
      mounts: mounts.split('\n').filter((line) => line.includes(this.folder)),
      processes: await this.programs(),
    };
    return JSON.stringify(parts, undefined, 1);
  }

  /** Programs that run from below our folder, whoever started them. */
  async programs(): Promise<readonly string[]> {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    const programs = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/exe`).catch(() => '')));
    return sorted(programs.filter((program) => program.startsWith(this.folder)));
  }

  /** A killed daemon closes its files and memory before it is gone, and until then it counts as running. */
  async untilEnded(pid: number): Promise<void> {
    await poll(
      async () => {
        const runs = await systemProcesses.startedAt(pid);
        return runs === undefined ? done(undefined) : pending(`process ${String(pid)} runs`);
      },
      { deadline: within(20), pauseMs: 20 },
    );
  }

  /** Fetches a page from inside the network. */
  fetch(port: number): Promise<string> {
    const retry = ['--retry', '20', '--retry-all-errors', '--retry-delay', '1'];
    return output(this.network.enter(['curl', '-sS', ...retry, `http://127.0.0.1:${String(port)}/`]));
  }

  #tool(name: string, ...args: readonly string[]): Promise<string> {
    const root = join(this.#tools, 'root');
    const multiarch = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
    return output(this.network.enter([join(this.#tools, name), ...args]), {
      LD_LIBRARY_PATH: `${root}/usr/lib/${multiarch}:${root}/lib/${multiarch}`,
      XTABLES_LIBDIR: `${root}/usr/lib/${multiarch}/xtables`,
    });
  }

  async #settings(): Promise<readonly string[]> {
    const folders = ['/proc/sys/net/ipv4', '/proc/sys/net/ipv6', '/proc/sys/net/bridge'];
    const argv = this.network.enter(['grep', '--recursive', '', ...folders]);
    // Not every setting can be read, so the exit code says nothing.
    const { stdout } = await local().run(argv, { deadline: within(30) });
    if (stdout.length < 10_000) throw new Error(`only ${String(stdout.length)} bytes of settings`);
    return sorted(stdout.split('\n'));
  }

  async #cgroups(): Promise<readonly string[]> {
    const names = [this.cacheDir('a'), this.cacheDir('b')].map((dir) => engineLayout(dir).cgroupParent);
    const found = await output([
      'find',
      '/sys/fs/cgroup',
      '-maxdepth',
      '2',
      '-type',
      'd',
      '-name',
      'podproof-*',
    ]);
    return sorted(found.split('\n').filter((path) => names.some((name) => path.endsWith(name))));
  }

  /** A tiny image from nothing but busybox; in engine a. */
  async #buildImage(): Promise<void> {
    const context = join(this.folder, 'image');
    await mkdir(join(context, 'bin'), { recursive: true });
    await cp(this.busybox, join(context, 'bin/busybox'));
    const dockerfile = [
      'FROM scratch',
      'COPY . /',
      'RUN ["/bin/busybox", "--install", "-s", "/bin"]',
      'ENV PATH=/bin',
    ];
    await writeFile(join(context, 'Dockerfile'), `${dockerfile.join('\n')}\n`);
    await using child = await this.start();
    await child.docker('build', '--quiet', '--network', 'none', '--tag', 'tiny', context);
    await child.release();
  }
}

/** Links packages that were unpacked before, so that the tests need no network. */
async function reusePackages(cacheDir: string, from = join(homedir(), '.cache/podproof')): Promise<void> {
  const target = join(cacheDir, 'engine');
  await mkdir(target, { recursive: true });
  const names = await readdir(join(from, 'engine')).catch(() => []);
  for (const name of names.filter((entry) => /^packages-[0-9a-f]+$/.test(entry))) {
    const source = join(from, 'engine', name);
    await output(['cp', '--archive', '--link', source, target]).catch(() =>
      output(['cp', '--archive', source, target]),
    );
  }
}

function sorted(words: readonly string[]): readonly string[] {
  return words.toSorted((a, b) => a.localeCompare(b));
}
