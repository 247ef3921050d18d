import { execFile } from 'node:child_process';
import { mkdir, statfs, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { systemClock } from '../core/clock.ts';
import type { FaultBench } from './bench.ts';
import { engineLeftovers } from './engine-leftovers.ts';
import type { Fault } from './fault.ts';
import { docker, theNode, untilOnNode } from './hands.ts';
import { liveScenario, WAITS } from './live-scenario.ts';
import { linkCache } from './own-cache.ts';
import { FRESH, green, PLAIN, shared } from './plain-runs.ts';
import type { Ended, PodproofRun } from './podproof-run.ts';

const run = promisify(execFile);

/** How long the machine stands still: longer than any wait for a single answer. */
const ASLEEP_MS = 40_000;

/** What happens to the machine below everything: it stands still, is slow, full, or has the wrong time. */
export const MACHINE_FAULTS: readonly Fault[] = [
  {
    ...shared,
    id: 'F09',
    what: 'run and node stand still for 40 s while a pod is asked, as when a laptop is closed',
    exit: 0,
    tells: ['1 holds'],
    withinMs: 180_000,
    run: async (bench) => {
      await bench.plant(liveScenario());
      const env = { PODPROOF_SCENARIOS: bench.path('scenarios') };
      const asked = bench.podproof(['run', '--nodes', '1', '--keep', '--no-jest'], env);
      await untilOnNode(bench, WAITS);
      const node = await theNode(bench);
      asked.killGroup('SIGSTOP');
      await docker(bench, 'pause', node);
      await systemClock.sleep(ASLEEP_MS);
      await docker(bench, 'unpause', node);
      asked.killGroup('SIGCONT');
      return asked.ended;
    },
  },
  {
    ...green,
    id: 'F44',
    what: 'the node has one core for its control plane and all pods',
    withinMs: 240_000,
    cleanMs: 60_000,
    run: async (bench) => {
      const node = await theNode(bench);
      // Less would be below the limit of one pod, which control groups of version 1 refuse then.
      await docker(bench, 'update', '--cpu-period', '100000', '--cpu-quota', '100000', node);
      try {
        return await bench.podproof(PLAIN).ended;
      } finally {
        await docker(bench, 'update', '--cpu-quota', '-1', node);
      }
    },
  },
  ...[2, -2].map((hours) => clockFault(hours)),
  {
    ...shared,
    id: 'F22',
    what: 'the disk of the engine is too small from the start',
    exit: 3,
    code: 'DOCTOR_FAILED',
    tells: ['D09'],
    before: 'none',
    withinMs: 120_000,
    run: (bench) => onSmallDisk(bench, '3g', (start) => start().ended),
  },
  {
    ...shared,
    id: 'F22',
    what: 'the disk of the engine fills up when the node is there',
    exit: 4,
    // Of pods that hang nobody says why; the checks that are made again do.
    tells: [/D09 .*GiB free/],
    before: 'none',
    withinMs: 240_000,
    run: (bench) =>
      onSmallDisk(bench, '10g', async (start, disk) => {
        const filling = start();
        await filling.until(/^\S+ cluster +podproof-\S+: \d+ nodes? and DNS Ready/m, 200_000);
        const { blocks, bfree, bsize } = await statfs(disk);
        await run('mount', ['-o', `remount,size=${String((blocks - bfree) * bsize)}`, disk]);
        return filling.ended;
      }),
  },
];

/** Only for podproof: the engine, and with it all containers, has the clock of the machine. */
function clockFault(hours: number): Fault {
  return {
    ...shared,
    id: 'F36',
    what: `the clock of podproof is ${String(Math.abs(hours))} hours ${hours > 0 ? 'ahead of' : 'behind'} that of the engine`,
    exit: 3,
    code: 'DOCTOR_FAILED',
    tells: ['D17'],
    run: async (bench) => {
      const file = bench.path('clock.mjs');
      await writeFile(file, shiftedClock(hours * 3_600_000));
      return bench.podproof(PLAIN, { NODE_OPTIONS: `--import=${file}` }).ended;
    },
  };
}

function shiftedClock(ms: number): string {
  return `const now = Date.now;
globalThis.Date = class extends Date {
  constructor(...parts) {
    if (parts.length === 0) super(now() + ${String(ms)});
    else super(...parts);
  }
  static now() {
    return now() + ${String(ms)};
  }
};
`;
}

/**
 * A run whose engine keeps its data on a disk of its own, in memory, which does not grow. Its cache is a second one:
 * the engine of the suite must not lose anything.
 */
async function onSmallDisk(
  bench: FaultBench,
  size: string,
  work: (start: () => PodproofRun, disk: string) => Promise<Ended>,
): Promise<Ended> {
  const disk = bench.path('disk');
  const cache = bench.path('small');
  await mkdir(disk);
  await linkCache(bench.cache, cache);
  // Not mounted in its place: an engine that ends takes mounts in its folder along.
  await symlink(disk, join(cache, 'engine/data'));
  await run('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk]);
  try {
    const ended = await work(() => bench.podproof(FRESH, { PODPROOF_CACHE: cache }), disk);
    const left = await engineLeftovers(cache);
    if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`);
    return ended;
  } finally {
    await run('umount', [disk]);
  }
}
