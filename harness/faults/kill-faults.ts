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

/** How long a run lives on this machine today; measured once. */
class Life {
  #ms: Promise<number> | undefined;

  in(bench: FaultBench): Promise<number> {
    return (this.#ms ??= lifeOf(bench));
  }
}

/**
 * F02: podproof is killed, once per run, at moments all over the life of a run: each falls into its own part of that
 * life, at random inside it, and the parts are taken in random order.
 *
 * @param seed the same one gives the same moments, as parts of the life
 */
export function killFaults(seed: number, times: number): readonly Fault[] {
  const life = new Life();
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

/** On a machine whose load changes a run may be over too soon; then its own length counts. */
const TRIES = 3;

async function killedAt(bench: FaultBench, life: number, moment: number): Promise<Ended> {
  for (let expected = life, tries = 1; ; tries += 1) {
    const ms = Math.max(SHORTEST_MS, Math.round(expected * moment));
    const run = bench.podproof(WHOLE_LIFE);
    await Promise.race([systemClock.sleep(ms), run.ended]);
    const doing = lastStep(run);
    run.kill();
    const ended = await run.ended;
    if (ended.signal !== null || tries === TRIES)
      return { ...ended, note: `after ${String(ms)} ms (${doing})` };
    expected = ended.ms;
  }
}

/** @throws Error when not even an undisturbed run is green */
async function lifeOf(bench: FaultBench): Promise<number> {
  const { ms, exitCode, stderr } = await bench.podproof(WHOLE_LIFE).ended;
  if (exitCode !== 0)
    throw new Error(`an undisturbed run ended with ${String(exitCode)}: ${stderr.slice(-300)}`);
  return ms;
}

/** What it had told last; a run without a terminal tells each step when it is done. */
function lastStep({ text }: PodproofRun): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.at(-1)?.trim().slice(0, 60) ?? 'nothing told yet';
}
