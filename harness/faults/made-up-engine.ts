import { SOUND } from '../testing/malformed/scenario-files.ts';
import type { FaultBench } from './bench.ts';
import { engineInfo } from './fake-daemon.ts';
import type { Ended } from './podproof-run.ts';

export const ENGINE_ID = '851a3152-cc9c-452a-93eb-61ea4b437399';

/** Runs the sound scenario with this environment. */
export async function runSound(
  bench: FaultBench,
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  await bench.plant(SOUND);
  return bench.podproof(['run'], env).ended;
}

/** An engine that answers, with a docker command that reaches it. */
export async function withEngine(
  bench: FaultBench,
  docker = answerOf(ENGINE_ID),
): Promise<Record<string, string>> {
  const endpoint = await bench.daemon('engine', { kind: 'engine', id: ENGINE_ID });
  await bench.program('docker', docker);
  return { DOCKER_HOST: endpoint };
}

/** What the doctor's container says on a machine in order: see PROBE_SCRIPT in harness/doctor. */
const PROBE = [
  'oom=lowered',
  'instances=8192',
  'watches=524288',
  'used=1',
  'blocks=overlay 264212084 28654604 200000000 13% /',
  'inodes=overlay 16777216 661106 16116110 4% /',
  'end',
];

/** Shell lines of a docker command that reaches the engine with this id, and can start a container. */
export function answerOf(id: string): string {
  const probe = PROBE.map((line) => `echo '${line}'`).join('; ');
  return `case "$1" in run) ${probe} ;; *) echo '${JSON.stringify(engineInfo(id))}' ;; esac`;
}
