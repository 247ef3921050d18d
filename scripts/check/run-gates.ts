import { availableParallelism } from 'node:os';
import type { Gate, GateResult } from './gate.ts';

export interface GateReport extends GateResult {
  readonly name: string;
  readonly ms: number;
}

export interface GateRun {
  readonly root: string;
  /** Every file of the tree, relative to `root`. */
  readonly tree: readonly string[];
  readonly print: (text: string) => void;
}

/** Runs the gates, as many at once as there are cores, and prints each result when it is known. Never throws. */
export async function runGates(gates: readonly Gate[], run: GateRun): Promise<GateReport[]> {
  const waiting = [...gates];
  const reports: GateReport[] = [];
  const lane = async (): Promise<void> => {
    for (let gate = waiting.shift(); gate; gate = waiting.shift()) {
      const report = await runOne(gate, run);
      reports.push(report);
      run.print(formatReport(report));
    }
  };
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, lane));
  return reports;
}

async function runOne(gate: Gate, { root, tree }: GateRun): Promise<GateReport> {
  const startedAt = performance.now();
  const result = await gate.run(root, tree).catch((error: unknown): GateResult => ({
    ok: false,
    checked: 0,
    unit: 'files',
    output: `The gate itself is broken: ${error instanceof Error ? (error.stack ?? '') : String(error)}`,
  }));
  return { name: gate.name, ms: performance.now() - startedAt, ...result };
}

function formatReport({ name, ok, checked, unit, ms, output }: GateReport): string {
  const size = `${String(checked)} ${unit}`;
  const line = `${ok ? '✔' : '✘'} ${name.padEnd(10)} ${size.padEnd(12)} ${`${(ms / 1000).toFixed(1)} s`.padStart(7)}`;
  return ok ? line : `${line}\n${output.replace(/^/gm, '    ')}`;
}
