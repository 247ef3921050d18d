import { access, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProviderOptions } from '../../core/cluster.ts';
import { Deadline } from '../../core/deadline.ts';
import { silentProgress } from '../../core/progress.ts';
import { stateFolder } from '../cluster-record.ts';
import type { KeepingProvider } from '../deps.ts';
import { newWorld, worldDeps, type World } from './fake-world.ts';
import { kindProvider } from './provider.ts';

/** A provider on a world in memory and a cache folder of its own, for one test. */
export interface WorldBench extends AsyncDisposable {
  readonly cacheDir: string;
  readonly world: World;
  readonly kind: KeepingProvider;
  /** Runs a create that must fail, and gives its error and the name that was announced. */
  failingCreate(options?: ProviderOptions): Promise<{ readonly error: unknown; readonly name: string }>;
  /** What is there of a cluster although it should not be, and what is missing although it is somebody else's. */
  leftovers(name: string): Promise<readonly string[]>;
}

export const SPEC = { nodes: 2 };

export function within(ms = 5000, parent?: AbortSignal): ProviderOptions {
  return { deadline: Deadline.in(ms, 'the cluster', parent), progress: silentProgress };
}

export async function openWorldBench(): Promise<WorldBench> {
  const cacheDir = await mkdtemp(join(tmpdir(), 'podproof-kind-'));
  const world = newWorld();
  const kind = kindProvider(worldDeps(world, cacheDir));
  return {
    cacheDir,
    world,
    kind,
    async failingCreate(options = within()) {
      const announced: string[] = [];
      const error: unknown = await kind
        .create(SPEC, { ...options, onBeforeCreate: (name) => announced.push(name) })
        .then(
          () => 'nothing failed',
          (reason: unknown) => reason,
        );
      return { error, name: announced.join() };
    },
    async leftovers(name) {
      const folder = stateFolder(cacheDir, name).path;
      const hasFolder = await access(folder).then(
        () => true,
        () => false,
      );
      const { volumes, networks, containers } = world;
      return [
        ...containers.keys(),
        ...[...volumes].filter((volume) => volume !== 'of somebody else'),
        ...[...networks.keys()].filter((network) => network !== 'bridge'),
        ...(volumes.has('of somebody else') ? [] : ['the volume of somebody else was removed']),
        ...(hasFolder ? [folder] : []),
      ];
    },
    [Symbol.asyncDispose]: () => rm(cacheDir, { recursive: true, force: true }),
  };
}
