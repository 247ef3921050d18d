import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../core/clock.ts';
import { shuffled } from '../scenario/shuffle.ts';
import type { FaultBench } from './bench.ts';
import type { Fault } from './fault.ts';
import type { Ended, PodproofRun } from './podproof-run.ts';

/** A run that makes engine and cluster, observes, and removes everything again. */
const WHOLE_LIFE = ['run', 'run-as-guest', '--nodes', '1'];
/** Later than the kernel sees the last thread of a process that was killed. */
const SHORTEST_MS = 200;

/** Places inside a part of the life. */
const FINENESS = 1000;

/** Making engine and cluster; observing pods and judging; taking everything back. */
export type KilledWhile = 'create' | 'run' | 'delete';

/** How long a run lives on this machine today, and when its cluster was ready; measured once. */
interface Life {
  readonly ms: number;
  readonly readyMs: number;
}

class LifeOnce {
  #life: Promise<Life> | undefined;

  in(bench: FaultBench): Promise<Life> {
    return (this.#life ??= lifeOf(bench));
  }
}

/**
 * F02: podproof is killed, once per run, at moments all over the life of a run: each falls into its own part of that
 * life, at random inside it, and the parts are taken in random order.
 *
 * @param seed the same one gives the same moments, as parts of the life
 */
export function killFaults(seed: number, times: number): readonly Fault[] {
  const life = new LifeOnce();
  const range = (length: number): readonly number[] => Array.from({ length }, (_, index) => index);
  const inside = shuffled(range(FINENESS), seed);
  const moments = shuffled(range(times), seed).map(
    (part, index) => (part + (inside[index % FINENESS] ?? 0) / FINENESS) / times,
  );
  return moments.map((moment, index) => ({
    id: 'F02',
    what: `SIGKILL ${String(index + 1)} of ${String(times)}, seed ${String(seed)}, after ${(moment * 100).toFixed(1)} % of a run`,
    exit: 'SIGKILL',
    needs: 'kind',
    before: 'none',
    nextRun: index === times - 1,
    withinMs: 240_000,
    cleanMs: 60_000,
    run: async (bench) => killedAt(bench, await life.in(bench), moment),
  }));
}

const READY = /^\S+ cluster +podproof-\S+: \d+ nodes? and DNS Ready/m;
/** On a machine whose load changes a run may be over too soon; then it is tried again. */
const TRIES = 3;

/** Counts from the start, or from the ready cluster on when that is nearer: how long it takes to make varies most. */
async function killedAt(bench: FaultBench, life: Life, moment: number): Promise<Ended> {
  const ms = Math.max(SHORTEST_MS, Math.round(life.ms * moment));
  for (let tries = 1; ; tries += 1) {
    const run = bench.podproof(WHOLE_LIFE);
    const isLate = ms > life.readyMs;
    if (isLate) await Promise.race([untilReady(run), run.ended]);
    await Promise.race([systemClock.sleep(isLate ? ms - life.readyMs : ms), run.ended]);
    const doing = lastStep(run);
    run.kill();
    const ended = await run.ended;
    if (ended.signal !== null || tries === TRIES)
      return { ...ended, note: `${await partOf(bench)}, after ${String(ended.ms)} ms (${doing})` };
  }
}

/** @throws Error when not even an undisturbed run is green */
async function lifeOf(bench: FaultBench): Promise<Life> {
  const startedAt = systemClock.now();
  const run = bench.podproof(WHOLE_LIFE);
  await Promise.race([untilReady(run), run.ended]);
  const readyMs = systemClock.now() - startedAt;
  const { ms, exitCode, stderr } = await run.ended;
  if (exitCode !== 0)
    throw new Error(`an undisturbed run ended with ${String(exitCode)}: ${stderr.slice(-300)}`);
  return { ms, readyMs };
}

/** A run that ends before is seen by whoever awaits its end. */
function untilReady(run: PodproofRun): Promise<void> {
  return run.until(READY, 200_000).catch(() => undefined);
}

/** In which part of its life it was killed, by its journal: every line of that is on the disk before the next step. */
async function partOf(bench: FaultBench): Promise<KilledWhile> {
  const journal = await readFile(join(await bench.lastRun(), 'journal.ndjson'), 'utf8').catch(() => '');
  if (journal.includes('"type":"verdicts.done"')) return 'delete';
  return journal.includes('"type":"cluster"') ? 'run' : 'create';
}

/** What it had told last; a run without a terminal tells each step when it is done. */
function lastStep({ text }: PodproofRun): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.at(-1)?.trim().slice(0, 60) ?? 'nothing told yet';
}
