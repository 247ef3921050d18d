import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { giveBackInotify } from './inotify-room.ts';

/** Removes the cluster of the end-to-end tests again; what cannot be removed fails the whole run. */
export default function clusterDown(): void {
  const launch = fileURLToPath(new URL('../launch.js', import.meta.url));
  const { status } = spawnSync(process.execPath, [launch, 'down'], {
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: 300_000,
  });
  // Not before the engine has stopped.
  giveBackInotify(process.env['PODPROOF_E2E_INOTIFY']);
  if (status !== 0)
    throw new Error(`the cluster of the end-to-end tests could not be removed: exit ${String(status)}`);
}
