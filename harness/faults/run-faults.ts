import { mkdir, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { describeError } from '../core/errors.ts';
import { FaultBench } from './bench.ts';
import { engineLeftovers } from './engine-leftovers.ts';
import { titleOf, type Fault } from './fault.ts';
import { judgeFault, lookBefore, PLAIN_RUN } from './oracle.ts';
import type { Ended } from './podproof-run.ts';
import { readyCluster } from './ready-cluster.ts';

/** One line of docs/reliability.md and of the result file. */
export interface FaultRow {
  readonly id: string;
  readonly what: string;
  readonly needs: string;
  readonly expected: string;
  readonly seen: string;
  /** Until the process had ended. */
  readonly ms: number | null;
  /** From then on until nothing was left. */
  readonly cleanMs: number | null;
  readonly isOk: boolean;
  readonly problems: readonly string[];
  /** What podproof had written in the end, when it did not take the fault as it should. */
  readonly output?: string;
}

const OUTPUT_CHARACTERS = 6000;

/** A run that is not over by then is killed, and the fault has failed. */
const EXTRA_MS = 15_000;
/** A plain run that makes a cluster on a busy machine. */
const PLAIN_MS = 240_000;

function limitOf({ needs, withinMs = 10_000 }: Fault): number {
  return Math.max(withinMs + EXTRA_MS, needs === 'kind' ? PLAIN_MS : 0);
}

/** Plants one fault and asks the oracle. Never rejects: what breaks here is a problem of that row. */
async function tryFault(fault: Fault): Promise<FaultRow> {
  const { id, what, needs = 'nothing' } = fault;
  const row = { id, what, needs, expected: expectationOf(fault) };
  try {
    await using bench = await FaultBench.create({ needs, limitMs: limitOf(fault) });
    if (needs === 'kind') await prepare(fault, bench);
    const before = await lookBefore(bench);
    const ended = await fault.run(bench);
    const { problems, cleanMs } = await judgeFault(fault, bench, ended, before);
    return {
      ...row,
      seen: seenIn(fault, ended),
      ms: ended.ms,
      cleanMs,
      isOk: problems.length === 0,
      problems,
      ...(problems.length === 0
        ? {}
        : { output: `${ended.stdout}\n${ended.stderr}`.slice(-OUTPUT_CHARACTERS) }),
    };
  } catch (error) {
    const problems = [`${titleOf(fault)}: ${describeError(error)}`];
    return { ...row, seen: 'could not be tried', ms: null, cleanMs: null, isOk: false, problems };
  }
}

/** Makes the cluster that must be there before, or takes it away. @throws Error when that fails */
async function prepare({ before = 'kept' }: Fault, bench: FaultBench): Promise<void> {
  const there = await engineLeftovers(bench.cache);
  // Whatever was planted before it and harmed it had a run afterwards that mended or replaced it.
  if (before === 'kept' ? there.some(isCluster) : there.length === 0) return;
  const argv = before === 'kept' ? PLAIN_RUN : ['down'];
  const { exitCode, stderr } = await bench.podproof(argv).ended;
  // Its record is not that of the fault.
  await rm(bench.runs, { recursive: true, force: true });
  await mkdir(bench.runs);
  if (exitCode !== 0)
    throw new Error(`podproof ${argv.join(' ')}: exit ${String(exitCode)}, ${stderr.slice(-300)}`);
}

const isCluster = (line: string): boolean => line.startsWith('cluster folder podproof-');

function expectationOf({ exit, code }: Fault): string {
  return [exit === 'SIGKILL' ? exit : `exit ${String(exit)}`, ...(code === undefined ? [] : [code])].join(
    ', ',
  );
}

function seenIn({ code }: Fault, { exitCode, signal, stdout, stderr, note }: Ended): string {
  const told = [...`${stdout}\n${stderr}`.matchAll(/^\S{1,2} ([A-Z][A-Z_]+)$/gm)].map(([, word]) => word);
  const end = signal ?? `exit ${String(exitCode)}`;
  const shown = code !== undefined && told.includes(code) ? [code] : told.slice(0, 1);
  return [end, ...shown, ...(note === undefined ? [] : [note])].join(', ');
}

/**
 * Plants all of them: as many at once as there are cores where nothing but this project is needed, then the others one
 * after the other.
 *
 * @param enough when it aborts, no further fault is planted
 * @returns the rows in the order of the faults
 */
export async function tryFaults(
  faults: readonly Fault[],
  onRow: (row: FaultRow) => void,
  enough?: AbortSignal,
): Promise<readonly FaultRow[]> {
  const rows = new Map<Fault, FaultRow>();
  const lanes = async (some: readonly Fault[], count: number): Promise<void> => {
    const waiting = [...some];
    const next = (): Fault | undefined => (enough?.aborted === true ? undefined : waiting.shift());
    const lane = async (): Promise<void> => {
      for (let fault = next(); fault !== undefined; fault = next()) {
        const row = await tryFault(fault);
        rows.set(fault, row);
        onRow(row);
      }
    };
    await Promise.all(Array.from({ length: count }, lane));
  };
  const isLight = ({ needs = 'nothing' }: Fault): boolean => needs === 'nothing';
  await lanes(faults.filter(isLight), availableParallelism());
  const heavy = faults.filter((fault) => !isLight(fault));
  if (heavy.length > 0) await readyCluster(heavy);
  await lanes(heavy, 1);
  return faults.flatMap((fault) => rows.get(fault) ?? []);
}
