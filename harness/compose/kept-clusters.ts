import { recordedNames, stateFolder } from '../clusters/cluster-record.ts';

/** Whether a kept cluster, of this run or of an earlier one, lives in that engine and would die with it. */
export async function hasKeptClusters(cacheDir: string, endpoint: string): Promise<boolean> {
  const names = await recordedNames(cacheDir);
  const records = await Promise.all(names.map((name) => stateFolder(cacheDir, name).read()));
  return records.some((record) => record?.kept === true && record.endpoint === endpoint);
}
