/** What the daemon says about itself and its machine, as far as it decides whether a cluster can run there. */
export interface DaemonFacts {
  readonly id: string;
  readonly version: string;
  /** linux, windows */
  readonly osType: string;
  /** "Docker Desktop", "Debian GNU/Linux 12 (bookworm)" */
  readonly operatingSystem: string;
  readonly kernel: string;
  /** As `uname -m` says it: x86_64, aarch64. */
  readonly architecture: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  /** '1' or '2' */
  readonly cgroupVersion: string;
  readonly storageDriver: string;
  /** The file system below the storage driver: extfs, xfs, btrfs, zfs; '' where the daemon does not tell. */
  readonly backingFilesystem: string;
  /** True when images live in containerd's store, Docker 29's default. */
  readonly containerdStore: boolean;
  readonly dataRoot: string;
  /** Wall clock of the daemon in milliseconds since 1970; NaN when it does not tell. */
  readonly clockMs: number;
  /** Names only: seccomp, apparmor, selinux, rootless, userns, cgroupns. */
  readonly security: readonly string[];
  /** Limits that this daemon cannot set on containers: memory, cpu, pids. */
  readonly missingLimits: readonly string[];
  readonly proxy: string;
  readonly noProxy: string;
}

/**
 * Reads the answer of `GET /info`. A field that is missing or odd becomes empty, never an error: who needs it says
 * that it is unknown.
 *
 * @see https://docs.docker.com/reference/api/engine/version/v1.45/#tag/System/operation/SystemInfo
 */
export function daemonFacts(info: Readonly<Record<string, unknown>>): DaemonFacts {
  const text = (key: string): string => (typeof info[key] === 'string' ? info[key] : '');
  const amount = (key: string): number => (typeof info[key] === 'number' ? info[key] : Number.NaN);
  const status = new Map(pairs(info['DriverStatus']));
  return {
    id: text('ID'),
    version: text('ServerVersion'),
    osType: text('OSType'),
    operatingSystem: text('OperatingSystem'),
    kernel: text('KernelVersion'),
    architecture: text('Architecture'),
    cpus: amount('NCPU'),
    memoryBytes: amount('MemTotal'),
    cgroupVersion: text('CgroupVersion'),
    storageDriver: text('Driver'),
    backingFilesystem: status.get('Backing Filesystem') ?? '',
    containerdStore: status.get('driver-type')?.startsWith('io.containerd.snapshotter') === true,
    dataRoot: text('DockerRootDir'),
    clockMs: Date.parse(text('SystemTime')),
    security: texts(info['SecurityOptions']).map((option) => /^name=([^,]+)/.exec(option)?.[1] ?? option),
    missingLimits: Object.entries(LIMITS).flatMap(([limit, key]) => (info[key] === false ? [limit] : [])),
    proxy: text('HttpsProxy') || text('HttpProxy'),
    noProxy: text('NoProxy'),
  };
}

const LIMITS = { memory: 'MemoryLimit', cpu: 'CpuCfsQuota', pids: 'PidsLimit' } as const;

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

/** Go's `[][2]string` */
function pairs(value: unknown): readonly (readonly [string, string])[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((pair) => {
    const [key, found] = texts(pair);
    return key === undefined || found === undefined ? [] : [[key, found] as const];
  });
}
