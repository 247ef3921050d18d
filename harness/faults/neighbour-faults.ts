import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../core/clock.ts';
import { identityOf } from '../core/process-identity.ts';
import { giveBackInotify, makeRoomForInotify } from '../testing/inotify-room.ts';
import type { FaultBench } from './bench.ts';
import type { Fault } from './fault.ts';
import { docker, theNode } from './hands.ts';
import { FRESH, green, PLAIN } from './plain-runs.ts';
import type { Ended } from './podproof-run.ts';

/** Who else is there: other runs, what dead ones left, clusters of somebody else. */
export const NEIGHBOUR_FAULTS: readonly Fault[] = [
  {
    ...green,
    id: 'F26',
    what: 'two runs at once',
    withinMs: 240_000,
    cleanMs: 30_000,
    run: (bench) => together(bench, 2),
  },
  {
    ...green,
    id: 'F26',
    what: 'four runs at once, each with a cluster of its own',
    withinMs: 480_000,
    cleanMs: 60_000,
    run: (bench) => withRoom(bench, 4),
  },
  {
    ...green,
    id: 'F27',
    what: 'a sweep while a live run makes its cluster',
    withinMs: 180_000,
    cleanMs: 30_000,
    run: async (bench) => {
      const live = bench.podproof(FRESH);
      await live.until(/cluster {2,}/, 60_000);
      const swept = await bench.podproof(['clean']).ended;
      if (!swept.stdout.includes('stays: another run uses it')) throw new Error(`it said: ${swept.stdout}`);
      return live.ended;
    },
  },
  {
    ...green,
    id: 'F28',
    what: 'records of clusters that are dead, damaged, and from the future',
    tells: ['6 hold', 'podproof-dead00, podproof-f00001 of a dead run removed'],
    run: async (bench) => {
      await forgeRecords(bench);
      const ended = await bench.podproof(PLAIN).ended;
      const cleaned = await bench.podproof(['clean']).ended;
      if (!cleaned.stdout.includes('podproof-bad000 stays: its record is damaged'))
        throw new Error(`clean said nothing about the damaged record: ${cleaned.stdout}`);
      await rm(join(bench.cache, 'clusters/podproof-bad000'), { recursive: true });
      return ended;
    },
  },
  {
    ...green,
    id: 'F30',
    what: 'a cluster of somebody else stands in the same engine',
    run: async (bench) => {
      const image = await docker(bench, 'inspect', '--format', '{{.Config.Image}}', await theNode(bench));
      const label = 'io.x-k8s.kind.cluster=podproof-f0e161';
      const name = 'podproof-f0e161-control-plane';
      const command = ['--entrypoint', 'sleep', image, '1000'];
      await docker(bench, 'run', '--detach', '--name', name, '--label', label, ...command);
      try {
        const ended = await bench.podproof(PLAIN).ended;
        await bench.podproof(['clean']).ended;
        const state = await docker(bench, 'inspect', '--format', '{{.State.Running}}', name);
        if (state !== 'true') throw new Error('the cluster of somebody else is gone');
        return ended;
      } finally {
        await docker(bench, 'rm', '--force', '--volumes', name);
      }
    },
  },
];

/** As two terminals or two jobs start them. */
const STAGGER_MS = 200;
const CLUSTER = /^\S+ cluster +(podproof-[0-9a-f]{6}):/m;

/** Five nodes are more than the usual inotify limit allows. The engine of the suite runs before and afterwards. */
async function withRoom(bench: FaultBench, count: number): Promise<Ended> {
  const inotify = makeRoomForInotify();
  try {
    return await together(bench, count);
  } finally {
    giveBackInotify(inotify);
  }
}

/** The first that is not green, or the last. @throws Error when two had the same cluster */
async function together(bench: FaultBench, count: number): Promise<Ended> {
  const runs = await Promise.all(
    Array.from({ length: count }, async (_, index) => {
      await systemClock.sleep(index * STAGGER_MS);
      return bench.podproof(FRESH).ended;
    }),
  );
  const bad = runs.find(({ exitCode, stdout }) => exitCode !== 0 || !stdout.includes('6 hold'));
  const last = bad ?? runs.toSorted((one, other) => one.ms - other.ms).at(-1);
  if (last === undefined) throw new Error('there was no run');
  const clusters = new Set(runs.map(({ stderr }) => CLUSTER.exec(stderr)?.[1]));
  if (bad === undefined && clusters.size < count)
    throw new Error(`${String(count)} runs had ${String(clusters.size)} clusters`);
  return last;
}

/** What a crash, a disk and a wrong clock leave in the folder of clusters. */
async function forgeRecords(bench: FaultBench): Promise<void> {
  const record = {
    schema: 1,
    provider: 'kind',
    phase: 'creating',
    kept: false,
    fingerprint: 'f',
    endpoint: `unix://${bench.cache}/engine/docker.sock`,
    notes: {},
  };
  // A live process with this number started at another time: the number alone proves nothing.
  const reused = { ...(await identityOf()), startedAt: '1' };
  const forged = {
    'podproof-dead00': { ...record, createdAt: '2020-01-01T00:00:00.000Z', owner: reused },
    'podproof-f00001': { ...record, createdAt: '2099-01-01T00:00:00.000Z', owner: reused },
  };
  for (const [name, fields] of Object.entries(forged))
    await plantRecord(bench, name, JSON.stringify({ ...fields, name }));
  await plantRecord(bench, 'podproof-bad000', '{"schema":1,');
}

async function plantRecord(bench: FaultBench, name: string, text: string): Promise<void> {
  const folder = join(bench.cache, 'clusters', name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(join(folder, 'record.json'), text, { mode: 0o600 });
}
