import type { FaultBench } from './bench.ts';
import type { Fault } from './fault.ts';
import { ANSWER, liveScenario } from './live-scenario.ts';
import { shared } from './plain-runs.ts';
import type { Ended } from './podproof-run.ts';

/** Kills the process in the pod that the container runtime knows: what a stream that breaks on the node comes to. */
const CUT = ['sh', '-c', 'kill -9 "$(sed -n "s/^PPid:\\t//p" "/proc/$PPID/status")"; sleep 30'];

/** In the first attempt; second ones have a namespace of their own. */
const ASK = `pod.runner.run(!pod.namespace.includes('-r0') ? ${JSON.stringify(CUT)} : `;

/** Both pods of the sound scenario are cut off once, on a real cluster. */
async function cutOnce(bench: FaultBench, ...argv: readonly string[]): Promise<Ended> {
  await bench.plant(
    liveScenario({ command: ANSWER, code: (text) => text.replace('pod.runner.run(', () => ASK) }),
  );
  const scenarios = { PODPROOF_SCENARIOS: bench.path('scenarios') };
  return bench.podproof(['run', '--nodes', '1', '--keep', '--no-jest', ...argv], scenarios).ended;
}

/** What holds only when it is asked a second time; truth-faults.ts plants the same where there is no engine. */
export const RETRY_FAULTS: readonly Fault[] = [
  {
    ...shared,
    id: 'F48',
    what: 'the session in a real pod is killed once: it holds at the second attempt',
    exit: 0,
    tells: ['exit 137', 'is tried once more', 'at the second attempt'],
    run: (bench) => cutOnce(bench),
  },
  {
    ...shared,
    id: 'F48',
    what: 'the session in a real pod is killed once, in a strict run',
    exit: 7,
    tells: ['exit 137', 'at the second attempt', 'RETRIED'],
    run: (bench) => cutOnce(bench, '--strict'),
  },
];
