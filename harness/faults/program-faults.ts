import { SOUND } from '../testing/malformed/scenario-files.ts';
import type { Fault } from './fault.ts';
import { runSound, withEngine } from './made-up-engine.ts';

/** Programs that are missing, too old, or no such programs at all. */
export const PROGRAM_FAULTS: readonly Fault[] = [
  {
    id: 'F52',
    what: 'docker is missing',
    exit: 3,
    code: 'DOCKER_CLI_MISSING',
    mayAskEngine: true,
    run: async (bench) => {
      const env = await withEngine(bench);
      await bench.without('docker');
      return runSound(bench, env);
    },
  },
  {
    id: 'F52',
    what: 'docker prints garbage',
    exit: 3,
    code: 'DOCKER_CLI_BROKEN',
    mayAskEngine: true,
    run: async (bench) => runSound(bench, await withEngine(bench, 'printf "\\033[2J{{{ not json"')),
  },
  {
    id: 'F52',
    what: 'docker is too old for its engine',
    exit: 3,
    code: 'DOCKER_CLI_BROKEN',
    tells: ['is too old'],
    mayAskEngine: true,
    run: async (bench) =>
      runSound(
        bench,
        await withEngine(
          bench,
          'echo "client version 1.24 is too old. Minimum supported API version is 1.44" >&2; exit 1',
        ),
      ),
  },
  {
    id: 'F52',
    what: 'docker never ends',
    exit: 3,
    code: 'DOCKER_CLI_BROKEN',
    mayAskEngine: true,
    withinMs: 17_000,
    run: async (bench) => runSound(bench, await withEngine(bench, 'exec /bin/sleep 1000')),
  },
  {
    id: 'F52',
    what: 'kind is missing, and so is Go',
    exit: 3,
    code: 'KIND_MISSING',
    tells: ['there is none on PATH'],
    mayAskEngine: true,
    run: async (bench) => {
      await bench.without('kind');
      return runSound(bench, await withEngine(bench));
    },
  },
  {
    id: 'F52',
    what: 'kind is too old, and Go is missing',
    exit: 3,
    code: 'KIND_MISSING',
    tells: ['the one on PATH is 0.20.0'],
    mayAskEngine: true,
    run: async (bench) => {
      await bench.program('kind', 'echo "kind v0.20.0 go1.20.4 linux/amd64"');
      return runSound(bench, await withEngine(bench));
    },
  },
  {
    id: 'F52',
    what: 'kind prints garbage, and Go is missing',
    exit: 3,
    code: 'KIND_MISSING',
    tells: ['the one on PATH answers'],
    mayAskEngine: true,
    run: async (bench) => {
      await bench.program('kind', 'printf "\\033[2J<html>"');
      return runSound(bench, await withEngine(bench));
    },
  },
  {
    id: 'F52',
    what: 'kubectl is missing, which nobody notices',
    exit: 0,
    run: async (bench) => {
      await bench.without('kubectl');
      await bench.plant(SOUND);
      return bench.fakePodproof(['run']).ended;
    },
  },
];
