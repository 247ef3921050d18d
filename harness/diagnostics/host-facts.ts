import { arch, cpus, freemem, loadavg, platform, release, totalmem, uptime, version } from 'node:os';

/** Variables that change what podproof, Docker or kind do. Their values go through the redaction like everything. */
const TELLING = /^(?:PODPROOF_|DOCKER_|KIND_|TESTCONTAINERS_|CI$|KUBECONFIG$|(?:https?|no|all)_proxy$)/i;

/** What this machine is, as far as it matters: no names, no addresses, nothing about what else runs on it. */
export function hostFacts(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, unknown>> {
  const [first] = cpus();
  const mib = (bytes: number): number => Math.round(bytes / 1024 / 1024);
  return {
    node: process.version,
    platform: platform(),
    kernel: release(),
    system: version(),
    architecture: arch(),
    cpus: cpus().length,
    cpu: first?.model ?? 'unknown',
    memoryMiB: mib(totalmem()),
    freeMemoryMiB: mib(freemem()),
    load: loadavg().map((load) => Math.round(load * 100) / 100),
    uptimeSeconds: Math.round(uptime()),
    isRoot: process.getuid?.() === 0,
    environment: Object.fromEntries(Object.entries(env).filter(([name]) => TELLING.test(name))),
  };
}

/** The same in two words, for the facts of every run. */
export function hostSummary(): Readonly<Record<'node' | 'host', string>> {
  const gibibytes = (totalmem() / 1024 ** 3).toFixed(1);
  return {
    node: process.version,
    host: `${platform()} ${arch()}, ${String(cpus().length)} CPUs, ${gibibytes} GiB`,
  };
}
