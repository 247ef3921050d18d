import { readFile } from 'node:fs/promises';
import { systemClock } from '../core/clock.ts';
import type { FaultBench } from './bench.ts';
import type { Fault } from './fault.ts';
import { kubectl, processesOnNode } from './hands.ts';
import { AT_ONCE, liveScenario, NEIGHBOUR } from './live-scenario.ts';
import type { Ended, PodproofRun } from './podproof-run.ts';
import type { Files } from '../testing/malformed/scenario-files.ts';

const ARGV = ['run', '--nodes', '1', '--keep', '--no-jest'];

async function runFiles(bench: FaultBench, files: Files, argv: readonly string[] = []): Promise<Ended> {
  await bench.plant(files);
  return bench.podproof([...ARGV, ...argv], { PODPROOF_SCENARIOS: bench.path('scenarios') }).ended;
}

/** The subject's container changed. */
const withPods =
  (change: (manifest: string) => string): Fault['run'] =>
  (bench) =>
    runFiles(bench, liveScenario({ manifest: change }));

const shared = { needs: 'kind', cleanMs: 20_000, nextRun: false, withinMs: 90_000 } as const;
/** A pod that cannot run is told at once, with the kubelet's reason, and not after a time-out. */
const early = { ...shared, withinMs: 60_000, exit: 4 } as const;
/** For podproof's own process, whatever a pod writes. */
const MOST_MIB = 300;
const PORT = 'ports: [{ containerPort: 9000, hostPort: 9000 }]';
const IMAGE = 'localhost/podproof/workload:v1';

/** What pods of a run are found by. */
const STUCK_LABEL = 'podproof.dev/run=stuck';

/** What goes wrong in pods. */
export const POD_FAULTS: readonly Fault[] = [
  {
    ...early,
    id: 'F39',
    what: 'the pods crash again and again',
    tells: [/CrashLoopBackOff|ended with exit 3/],
    run: withPods((text) => text.replaceAll('[sleep, infinity]', "[sh, -c, 'exit 3']")),
  },
  {
    ...early,
    id: 'F39',
    what: 'the image of the pods is not there',
    tells: [/ErrImageNeverPull|ErrImagePull|ImagePullBackOff/],
    run: withPods((text) => text.replaceAll(IMAGE, 'localhost:5001/podproof/nothing:v1')),
  },
  {
    ...early,
    id: 'F39',
    what: 'the program of the pods is not there',
    tells: [/no such file|not found/],
    run: withPods((text) => text.replaceAll('[sleep, infinity]', '[/no/such/program]')),
  },
  {
    ...early,
    id: 'F39',
    what: 'the kubelet refuses the pods: they must not run as root and do',
    tells: ['CreateContainerConfigError'],
    run: withPods((text) => text.replaceAll('spec:\n', 'spec:\n  securityContext: { runAsNonRoot: true }\n')),
  },
  {
    ...shared,
    id: 'F42',
    what: 'a pod writes 200 MiB where a word is asked for',
    exit: 1,
    tells: ['more characters'],
    run: async (bench) => {
      await bench.plant(liveScenario({ command: 'head -c 209715200 /dev/zero | tr "\\000" x' }));
      const run = bench.podproof(ARGV, { PODPROOF_SCENARIOS: bench.path('scenarios') });
      const peak = await peakMemory(run);
      if (peak > MOST_MIB) throw new Error(`podproof used ${String(peak)} MiB`);
      return { ...(await run.ended), note: `${String(peak)} MiB of memory` };
    },
  },
  {
    ...shared,
    id: 'F42',
    what: 'a pod writes binary and control sequences',
    exit: 1,
    run: async (bench) => {
      const command = 'head -c 65536 /dev/urandom; printf "\\033[2J\\033]0;title\\007host"';
      const ended = await runFiles(bench, liveScenario({ command }));
      if (ended.stdout.includes('\u001B')) throw new Error('a control sequence reached the terminal');
      return ended;
    },
  },
  {
    ...shared,
    id: 'F43',
    what: 'a command in a pod never ends',
    exit: 4,
    withinMs: 240_000,
    run: async (bench) => {
      const ended = await runFiles(bench, liveScenario({ command: 'exec sleep 86417' }));
      const left = await processesOnNode(bench, 'sleep 86417');
      if (left.length > 0) throw new Error(`the process in the pod goes on: ${left.join(', ')}`);
      return ended;
    },
  },
  {
    ...shared,
    id: 'F45',
    what: 'a pod forks without end; its limits hold, and the scenario next door does not notice',
    // The pod that forks still says its word, which is not the one that is wanted.
    exit: 1,
    tells: ["can't fork", '2 claims', '1 holds', '1 contradicted'],
    withinMs: 240_000,
    run: (bench) => {
      const bomb = liveScenario({ command: 'bomb() { bomb | bomb & }; bomb; sleep 20; echo done' });
      return runFiles(bench, { ...bomb, ...NEIGHBOUR });
    },
  },
  {
    ...shared,
    id: 'F37',
    what: 'pods of an earlier run have a finalizer that nobody removes, on a cluster of ours',
    exit: 0,
    tells: ['removed together with podproof.dev/never on pod podproof-stuck/stuck'],
    run: async (bench) => {
      await kubectl(bench, 'create', 'namespace', 'podproof-stuck');
      await kubectl(
        bench,
        'run',
        'stuck',
        '-n',
        'podproof-stuck',
        `--image=${IMAGE}`,
        `--labels=${STUCK_LABEL}`,
      );
      const patch = '{"metadata":{"finalizers":["podproof.dev/never"]}}';
      await kubectl(bench, 'patch', 'pod', 'stuck', '-n', 'podproof-stuck', '--type=merge', '-p', patch);
      const ended = await runFiles(bench, AT_ONCE);
      await kubectl(bench, 'delete', 'namespace', 'podproof-stuck', '--wait=false');
      return ended;
    },
  },
  {
    ...shared,
    id: 'F18',
    what: 'another pod has the port of the node that a pod wants',
    exit: 4,
    tells: [/didn't have free ports|free ports/],
    run: (bench) =>
      runFiles(
        bench,
        liveScenario({
          manifest: (text) => text.replaceAll(`image: ${IMAGE}`, `image: ${IMAGE}\n      ${PORT}`),
          code: (text) => text.replace('claims: [', "locks: ['hostPort 9000'],\n  claims: ["),
        }),
      ),
  },
];

/** The most memory that a run used until it ended, in MiB. */
async function peakMemory(run: PodproofRun): Promise<number> {
  let peakKb = 0;
  while (run.child.exitCode === null && run.child.signalCode === null) {
    const status = await readFile(`/proc/${String(run.child.pid)}/status`, 'utf8').catch(() => '');
    peakKb = Math.max(peakKb, Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0));
    await systemClock.sleep(50);
  }
  return Math.round(peakKb / 1024);
}
