import type { Check } from '../check.ts';
import { finding, gibibytes, noEngine, ok, skipped } from '../findings.ts';
import type { EngineState, Patient } from '../patient.ts';

const CPUS = 2;
const MEMORY = 4 * 2 ** 30;
/** A machine sold with 4 GB tells a little less, since the kernel keeps some. */
const TOLERANCE = 0.9;

export const size: Check = {
  id: 'D08',
  title: 'Processors and memory',
  moment: 'cluster',
  about: {
    looks:
      'The processors and the memory of the machine that the daemon runs on, which may be a virtual one.',
    matters:
      'Kubernetes asks for two processors on a control plane. Three nodes take about 1.1 GiB, besides the engine and everything else on that machine.',
    levels: { fail: 'Fewer than 2 processors.', warn: 'Less than 4 GiB of memory.' },
    fix: [
      'Docker Desktop: Settings → Resources. Colima: `colima stop && colima start --cpu 2 --memory 4`.',
      'Fewer nodes need less: `--nodes 2`.',
    ],
  },
  async look(patient) {
    const tried = 'asked for the number of processors and the memory';
    const engine = await patient.engine();
    const there = sizeOf(engine, patient);
    if (there === undefined) return skipped(tried, engine.kind === 'answers' ? 'unknown' : noEngine(engine));
    const { cpus, memoryBytes } = there;
    const seen = `${String(cpus)} processor${cpus === 1 ? '' : 's'}, ${gibibytes(memoryBytes)}`;
    if (cpus < CPUS) {
      return finding('fail', {
        tried,
        seen,
        cause: `At least ${String(CPUS)} processors are needed.`,
        fix: 'Give the engine’s virtual machine more: Docker Desktop → Settings → Resources, or `colima start --cpu 2`.',
      });
    }
    if (memoryBytes < MEMORY * TOLERANCE) {
      return finding('warn', {
        tried,
        seen,
        cause: `${gibibytes(MEMORY)} are wanted: three nodes take about 1.1 GiB, besides everything else there.`,
        fix: 'Give the engine more memory, or use fewer nodes: --nodes 2.',
      });
    }
    return ok(tried, seen);
  },
};

function sizeOf(
  engine: EngineState,
  { host }: Patient,
): { readonly cpus: number; readonly memoryBytes: number } | undefined {
  if (engine.kind === 'startable') return host;
  if (engine.kind === 'unusable' || Number.isNaN(engine.daemon.cpus)) return undefined;
  return engine.daemon;
}
