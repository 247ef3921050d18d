import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { systemClock } from '../core/clock.ts';
import type { FaultBench } from './bench.ts';
import type { Fault } from './fault.ts';
import { theNode, untilOnNode } from './hands.ts';
import { liveScenario, WAITS } from './live-scenario.ts';
import { processesOf } from './leftovers.ts';
import type { PodproofRun } from './podproof-run.ts';

/** Everything new, and gone afterwards. */
const FRESH = ['run', '--nodes', '1', '--no-jest'];
/** On the kept cluster. */
const KEPT = [...FRESH, '--keep'];

/** Who presses Ctrl-C twice does not want to wait. */
const INSIST_MS = 2000;

const shared = { needs: 'kind', withinMs: 180_000 } as const;
/** Of a run that makes everything itself. */
const ofFresh = { ...shared, before: 'none', nextRun: false, cleanMs: 30_000 } as const;
const ofKept = { ...shared, nextRun: false, cleanMs: 10_000 } as const;

/** What a person, a terminal or an init system does to a run, and what the kernel does to its processes. */
export const SIGNAL_FAULTS: readonly Fault[] = [
  {
    ...ofFresh,
    id: 'F01',
    what: 'SIGKILL while docker starts the node',
    exit: 'SIGKILL',
    cleanMs: 60_000,
    run: async (bench) => {
      const run = start(bench, FRESH);
      await untilContainer(bench, run);
      run.kill();
      return run.ended;
    },
  },
  {
    ...ofFresh,
    id: 'F03',
    what: 'Ctrl-C while the cluster is being made',
    exit: 130,
    code: 'INTERRUPTED',
    run: async (bench) => {
      const run = start(bench, FRESH);
      await untilContainer(bench, run);
      await systemClock.sleep(3000);
      run.killGroup('SIGINT');
      return run.ended;
    },
  },
  {
    ...ofFresh,
    id: 'F03',
    what: 'Ctrl-C while everything is being removed',
    exit: 130,
    code: 'INTERRUPTED',
    run: async (bench) => {
      await bench.plant(liveScenario());
      const run = start(bench, FRESH, { PODPROOF_SCENARIOS: bench.path('scenarios') });
      await run.until(/MUST say host/, 150_000);
      await untilRemoving(bench);
      run.killGroup('SIGINT');
      return run.ended;
    },
  },
  {
    ...ofFresh,
    id: 'F07',
    what: 'kind is killed while it makes the cluster',
    exit: 4,
    tells: [/KIND_FAILED|CLUSTER_NOT_READY/, 'SIGKILL'],
    run: async (bench) => {
      const run = start(bench, FRESH);
      await untilContainer(bench, run);
      await killThose(bench, ([program = '']) => basename(program).startsWith('kind'));
      return run.ended;
    },
  },
  {
    ...ofFresh,
    id: 'F06',
    what: 'run and watchdog killed while the cluster is being made: the next start removes what they left',
    exit: 'SIGKILL',
    nextRun: true,
    cleanMs: 1000,
    run: async (bench) => {
      const run = start(bench, FRESH);
      await untilContainer(bench, run);
      const lost = await theNode(bench);
      // Before the run: it would not be there any more when the run is dead.
      await killThose(bench, (words) => words.some((word) => word.endsWith('watchdog-process.ts')));
      run.kill();
      const ended = await run.ended;
      const next = await bench.podproof(['run', 'run-as-guest', '--nodes', '1', '--no-jest']).ended;
      const told = `${next.stdout}${next.stderr}`.includes(
        `${lost.replace('-control-plane', '')} of a dead run removed`,
      );
      if (next.exitCode !== 0 || !told)
        throw new Error(`the next run: exit ${String(next.exitCode)}, ${next.stderr}`);
      return ended;
    },
  },
  {
    ...ofKept,
    id: 'F03',
    what: 'Ctrl-C while a pod is asked',
    exit: 130,
    code: 'INTERRUPTED',
    run: (bench) => signalledInScenario(bench, (run) => run.killGroup('SIGINT')),
  },
  {
    ...ofKept,
    id: 'F04',
    what: 'Ctrl-C twice',
    exit: 130,
    tells: ['the watchdog goes on with it'],
    cleanMs: 60_000,
    run: (bench) =>
      signalledInScenario(bench, async (run) => {
        run.killGroup('SIGINT');
        // Sooner, it would be taken for an echo of the first: npm passes on what the terminal sent already.
        await systemClock.sleep(750);
        run.killGroup('SIGINT');
        const insistedAt = systemClock.now();
        await run.ended;
        const ms = systemClock.now() - insistedAt;
        if (ms > INSIST_MS) throw new Error(`it took ${String(Math.round(ms))} ms to go`);
      }),
  },
  {
    ...ofKept,
    id: 'F05',
    what: 'SIGTERM while a pod is asked',
    exit: 143,
    code: 'INTERRUPTED',
    run: (bench) => signalledInScenario(bench, (run) => run.kill('SIGTERM')),
  },
  {
    ...ofKept,
    id: 'F05',
    what: 'SIGHUP while a pod is asked',
    exit: 129,
    code: 'INTERRUPTED',
    run: (bench) => signalledInScenario(bench, (run) => run.kill('SIGHUP')),
  },
];

function start(
  bench: FaultBench,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): PodproofRun {
  const ids = env['PODPROOF_SCENARIOS'] === undefined ? ['run-as-guest'] : [];
  return bench.podproof([...argv, ...ids], env);
}

/** Asks pods for some seconds, and strikes while they answer. */
async function signalledInScenario(
  bench: FaultBench,
  strike: (run: PodproofRun) => void | Promise<void>,
): ReturnType<Fault['run']> {
  await bench.plant(liveScenario());
  const run = start(bench, KEPT, { PODPROOF_SCENARIOS: bench.path('scenarios') });
  await untilOnNode(bench, WAITS);
  await strike(run);
  return run.ended;
}

/** Waits until the engine knows the node of the run, or until the run ends. Helpers come before it. */
async function untilContainer(bench: FaultBench, run: PodproofRun): Promise<void> {
  let isOver = false;
  void run.ended.then(() => (isOver = true));
  while (!isOver && !(await knows(bench, '-control-plane"'))) await systemClock.sleep(20);
}

/** Waits until the node goes that was there. */
async function untilRemoving(bench: FaultBench): Promise<void> {
  while (await knows(bench, '"Running":true')) await systemClock.sleep(20);
}

/** Whether the engine's own files about a node have these words; asking the engine would take longer. */
async function knows(bench: FaultBench, words: string): Promise<boolean> {
  const folder = join(bench.cache, 'engine/data/containers');
  const ids = await readdir(folder).catch(() => []);
  const texts = await Promise.all(
    ids.map((id) => readFile(join(folder, id, 'config.v2.json'), 'utf8').catch(() => '')),
  );
  return texts.some((text) => text.includes('-control-plane"') && text.includes(words));
}

/** Kills those of the run's processes whose command line fits. @throws Error when there is none */
async function killThose(bench: FaultBench, fits: (words: readonly string[]) => boolean): Promise<void> {
  const pids = await processesOf(bench.mark);
  const commands = await Promise.all(
    pids.map(async (pid) => {
      const line = await readFile(`/proc/${String(pid)}/cmdline`, 'utf8').catch(() => '');
      return { pid, words: line.split('\0') };
    }),
  );
  const found = commands.filter(({ words }) => fits(words));
  if (found.length === 0) throw new Error('there is no such process to kill');
  for (const { pid } of found) killHard(pid);
}

function killHard(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
