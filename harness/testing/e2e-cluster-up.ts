import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resolvePlaces } from '../config/places.ts';
import type { ResultV1 } from '../report/result-v1.ts';
import { makeRoomForInotify } from './inotify-room.ts';

/**
 * Jest's global set-up of the end-to-end tests: makes (or takes over) one kept cluster by running podproof itself,
 * and tells the tests where it is. Its scenario must hold: there is no point in testing on a broken cluster.
 */
export default function clusterUp(): void {
  const inotify = makeRoomForInotify();
  if (inotify !== undefined) process.env['PODPROOF_E2E_INOTIFY'] = inotify;
  const places = resolvePlaces(process.env);
  const folder = mkdtempSync(join(tmpdir(), 'podproof-e2e-'));
  const file = join(folder, 'result.json');
  const launch = fileURLToPath(new URL('../launch.js', import.meta.url));
  const { status } = spawnSync(
    process.execPath,
    [launch, 'run', 'host-network', '--keep', '--no-jest', '--json', file],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
      timeout: 40 * 60_000,
    },
  );
  if (status !== 0)
    throw new Error(`podproof could not make a cluster for the end-to-end tests: exit ${String(status)}`);
  const { cluster } = JSON.parse(readFileSync(file, 'utf8')) as ResultV1;
  rmSync(folder, { recursive: true });
  if (cluster === null) throw new Error('the result names no cluster');
  process.env['PODPROOF_E2E_CLUSTER'] = cluster.name;
  process.env['PODPROOF_E2E_KUBECONFIG'] = join(places.cache, 'clusters', cluster.name, 'kubeconfig');
  const record = readRecord(join(places.cache, 'clusters', cluster.name, 'record.json'));
  process.env['PODPROOF_E2E_CACHE'] = places.cache;
  process.env['PODPROOF_E2E_ENGINE'] = record.endpoint;
  process.env['PODPROOF_E2E_DOCKER_CLI'] = record.notes.dockerCli;
  process.env['PODPROOF_E2E_NODE_IMAGE'] = record.notes.image;
  process.env['PODPROOF_E2E_WORKLOAD'] = 'localhost/podproof/workload:v1';
}

/** What the provider wrote down about its cluster; tests of the engine and of the provider use the same ones. */
function readRecord(file: string): { endpoint: string; notes: { dockerCli: string; image: string } } {
  return JSON.parse(readFileSync(file, 'utf8')) as ReturnType<typeof readRecord>;
}
