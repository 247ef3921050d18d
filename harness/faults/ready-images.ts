import { FaultBench } from './bench.ts';
import { PLAIN_RUN } from './oracle.ts';

const BUILD_MS = 60 * 60_000;
/** What the doctor says of the node image when nothing has to be built: see D22 in docs/doctor.md. */
const THERE = /"id": "D22",[^}]*?"level": "ok"/;

/**
 * Has the node image built where it is missing. That takes minutes, is part of no fault, and Go keeps files of its own
 * in the home of whoever builds, which no fault may leave behind.
 *
 * @throws Error when a plain run is not green
 */
export async function readyImages(): Promise<void> {
  await using bench = await FaultBench.create({ needs: 'kind', limitMs: BUILD_MS });
  const { stdout } = await bench.podproof(['doctor', '--json']).ended;
  if (THERE.test(stdout)) return;
  const { exitCode, stderr } = await bench.podproof(PLAIN_RUN).ended;
  if (exitCode !== 0) throw new Error(`a plain run ended with ${String(exitCode)}: ${stderr.slice(-300)}`);
}
