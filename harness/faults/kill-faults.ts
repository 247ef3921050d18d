import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../core/clock.ts';
import { Deadline } from '../core/deadline.ts';
import { done, pending, poll, type Look } from '../core/poll.ts';
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

/** How long a run lives on this machine today, and when its parts begin; measured once. */
interface Life {
  readonly ms: number;
  readonly readyMs: number;
  readonly judgedMs: number;
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

/** On a machine whose load changes a run may be over too soon; then it is tried again, a little earlier. */
const TRIES = 4;
/** What the last two parts begin with, in the journal. */
const READY = '"type":"cluster"';
const JUDGED = '"type":"verdicts.done"';
const READY_WITHIN_MS = 200_000;

/** Counts from the beginning of the part in which the moment lies: a busy machine makes some of them far longer. */
async function killedAt(bench: FaultBench, life: Life, moment: number): Promise<Ended> {
  const ms = Math.max(SHORTEST_MS, Math.round(life.ms * moment));
  for (let tries = 1; ; tries += 1) {
    const run = await begin(bench);
    const from = await beginningOf(run, { ms, life });
    await Promise.race([systemClock.sleep((ms - from) * (1 - (tries - 1) / TRIES)), run.ended]);
    const doing = lastStep(run);
    run.kill();
    const ended = await run.ended;
    if (ended.signal !== null || tries === TRIES)
      return { ...ended, note: `${partIn(await run.journal())}, after ${String(ended.ms)} ms (${doing})` };
  }
}

/** @throws Error when not even an undisturbed run is green */
async function lifeOf(bench: FaultBench): Promise<Life> {
  const startedAt = systemClock.now();
  const run = await begin(bench);
  await untilJournal(run, READY);
  const readyMs = systemClock.now() - startedAt;
  await untilJournal(run, JUDGED);
  const judgedMs = systemClock.now() - startedAt;
  const { ms, exitCode, stderr } = await run.ended;
  if (exitCode !== 0)
    throw new Error(`an undisturbed run ended with ${String(exitCode)}: ${stderr.slice(-300)}`);
  return { ms, readyMs, judgedMs };
}

interface Moment {
  readonly ms: number;
  readonly life: Life;
}

/** Waits for the beginning of the part of the life in which the moment lies. @returns when that was, once */
async function beginningOf(run: Living, { ms, life: { readyMs, judgedMs } }: Moment): Promise<number> {
  if (ms <= readyMs) return 0;
  await untilJournal(run, ms > judgedMs ? JUDGED : READY);
  return ms > judgedMs ? judgedMs : readyMs;
}

/** Waits until the journal has these words. A run that ends before is seen by whoever awaits its end. */
async function untilJournal(run: Living, words: string): Promise<void> {
  const deadline = Deadline.in(READY_WITHIN_MS, `${words} in the journal`);
  const look = async (): Promise<Look<true>> =>
    (await run.journal()).includes(words) ? done(true) : pending('not yet');
  const waiting = poll(look, { deadline, pauseMs: 20, maxPauseMs: 50 }).catch(() => undefined);
  await Promise.race([waiting, run.ended]);
}

/** A run and its own journal, which is empty before it has one. */
interface Living extends Pick<PodproofRun, 'ended' | 'kill' | 'text'> {
  readonly journal: () => Promise<string>;
}

async function begin(bench: FaultBench): Promise<Living> {
  // An earlier try, or the run that was measured.
  const before = await bench.lastRun();
  const run = bench.podproof(WHOLE_LIFE);
  const journal = async (): Promise<string> => {
    const own = await bench.lastRun();
    return own === before ? '' : readFile(join(own, 'journal.ndjson'), 'utf8').catch(() => '');
  };
  return Object.assign(run, { journal });
}

/** In which part of its life it was killed, by its journal: every line of that is on the disk before the next step. */
function partIn(journal: string): KilledWhile {
  if (journal.includes(JUDGED)) return 'delete';
  return journal.includes(READY) ? 'run' : 'create';
}

/** What it had told last; a run without a terminal tells each step when it is done. */
function lastStep({ text }: Pick<PodproofRun, 'text'>): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.at(-1)?.trim().slice(0, 60) ?? 'nothing told yet';
}
