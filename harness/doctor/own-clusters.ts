import { recordedNames, stateFolder } from '../clusters/cluster-record.ts';
import { isAlive } from '../core/process-identity.ts';

export interface OwnCluster {
  readonly name: string;
  /** `run`: a live process. `kept`: on purpose, nobody uses it now. `none`: its run is dead. */
  readonly use: 'run' | 'kept' | 'none';
}

/** The clusters that podproof's records tell of, without asking any engine. */
export async function ownClusters(cacheDir: string): Promise<readonly OwnCluster[]> {
  const names = await recordedNames(cacheDir);
  return Promise.all(
    names.map(async (name) => {
      const record = await stateFolder(cacheDir, name).read();
      if (record === undefined) return { name, use: 'none' } as const;
      if (await isAlive(record.owner)) return { name, use: 'run' } as const;
      return { name, use: record.kept ? 'kept' : 'none' } as const;
    }),
  );
}
