import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CGROUPS = '/sys/fs/cgroup';
/** Docker's own files beside the volumes. */
const NO_VOLUMES: ReadonlySet<string> = new Set(['metadata.db', 'backingFsBlockDev']);

/**
 * Everything of podproof's engine that is there now, one line each: programs, containers, volumes, clusters, users of
 * the engine, mounts, control groups, chains of the packet filter. Read from the kernel and from the engine's own
 * files, not with podproof's code and not by asking an engine, which may be dead.
 */
export async function engineLeftovers(cache: string): Promise<readonly string[]> {
  const engine = join(cache, 'engine');
  const id = createHash('sha256').update(engine).digest('hex').slice(0, 6);
  const containers = await names(join(engine, 'data/containers'));
  const found = await Promise.all([
    programs(engine, containers.length === 0 ? `podproof-${id}` : undefined),
    labelled('container', join(engine, 'data/containers')),
    labelled('volume', join(engine, 'data/volumes')),
    labelled('cluster folder', join(cache, 'clusters')),
    labelled('user of the engine', join(engine, 'leases')),
    labelled('record of the host', engine, (name) => name === 'host-before.json'),
    mounts(cache),
    cgroups(`podproof-${id}`),
    chains(engine, `PP${id}`),
  ]);
  return found.flat();
}

/** Names of the clusters that have a folder. */
export async function recordedClusters(cache: string): Promise<readonly string[]> {
  return (await names(join(cache, 'clusters'))).filter((name) => name.startsWith('podproof-'));
}

async function names(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(() => [])).filter((name) => !NO_VOLUMES.has(name));
}

async function labelled(
  what: string,
  folder: string,
  counts: (name: string) => boolean = () => true,
): Promise<readonly string[]> {
  return (await names(folder)).filter((name) => counts(name)).map((name) => `${what} ${name}`);
}

/**
 * Programs that run from the engine's folder: daemons, shims, proxies. With a control group also whatever runs in
 * there: when no container exists, nothing may.
 */
async function programs(engine: string, cgroup: string | undefined): Promise<readonly string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const program = await readlink(`/proc/${pid}/exe`).catch(() => '');
      const groups = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '');
      const isInside = cgroup !== undefined && groups.includes(`/${cgroup}`);
      return program.startsWith(`${engine}/`) || isInside ? [`process ${pid}: ${program}`] : [];
    }),
  );
  return found.flat();
}

async function mounts(cache: string): Promise<readonly string[]> {
  const text = await readFile('/proc/self/mountinfo', 'utf8');
  return text.split('\n').flatMap((line) => {
    const point = line.split(' ')[4] ?? '';
    return point.startsWith(`${cache}/`) ? [`mount ${point}`] : [];
  });
}

async function cgroups(name: string): Promise<readonly string[]> {
  const folders = [CGROUPS, ...(await names(CGROUPS)).map((child) => join(CGROUPS, child))];
  const found = await Promise.all(
    folders.map(async (folder) => ((await names(folder)).includes(name) ? [join(folder, name)] : [])),
  );
  return found.flat().map((path) => `control group ${path}`);
}

async function chains(engine: string, prefix: string): Promise<readonly string[]> {
  const packages = (await names(engine)).find((name) => name.startsWith('packages-'));
  if (packages === undefined) return [];
  const folder = join(engine, packages);
  const arch = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  const libraries = [`root/usr/lib/${arch}`, `root/lib/${arch}`].map((path) => join(folder, path));
  const env = {
    LD_LIBRARY_PATH: libraries.join(':'),
    XTABLES_LIBDIR: join(folder, 'root/usr/lib', arch, 'xtables'),
  };
  const saved = await Promise.all(
    ['iptables-save', 'ip6tables-save'].map((name) => run(join(folder, 'xtables', name), [], { env })),
  );
  const lines = saved.flatMap(({ stdout }) => stdout.split('\n'));
  return lines.flatMap((line) => {
    const [, chain] = /^:(\S+)/.exec(line) ?? [];
    return chain?.startsWith(prefix) === true ? [`chain ${chain}`] : [];
  });
}
