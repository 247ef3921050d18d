import { FaultBench } from './bench.ts';
import { recordedClusters } from './engine-leftovers.ts';
import type { Fault } from './fault.ts';
import { PLAIN_RUN } from './oracle.ts';

/** The first time the node image is built, too. */
const BUILD_MS = 60 * 60_000;
/** What the doctor says of the node image when nothing has to be built: see D22 in docs/doctor.md. */
const IMAGE_IS_THERE = /"id": "D22",[^}]*?"level": "ok"/;

/**
 * Keeps a cluster where one of the faults wants one. The node image is built where it is missing: that takes minutes, is
 * part of no fault, and Go keeps files of its own in the home of whoever builds, which no fault may leave behind. A
 * cluster that an older version of podproof kept fits no more and goes.
 *
 * @throws Error when a plain run is not green
 */
export async function readyCluster(faults: readonly Fault[]): Promise<void> {
  await using bench = await FaultBench.create({ needs: 'kind', limitMs: BUILD_MS });
  const isWanted = faults.some(({ before = 'kept' }) => before === 'kept');
  const { stdout } = await bench.podproof(['doctor', '--json']).ended;
  if (!isWanted && IMAGE_IS_THERE.test(stdout)) return;
  const before = await recordedClusters(bench.cache);
  await green(bench, PLAIN_RUN);
  const isNew = (await recordedClusters(bench.cache)).length > before.length;
  if (!isNew || before.length === 0) return;
  await green(bench, ['down']);
  await green(bench, PLAIN_RUN);
}

async function green(bench: FaultBench, argv: readonly string[]): Promise<void> {
  const { exitCode, stderr } = await bench.podproof(argv).ended;
  if (exitCode !== 0)
    throw new Error(`podproof ${argv.join(' ')} ended with ${String(exitCode)}: ${stderr.slice(-300)}`);
}
