import { chmod } from 'node:fs/promises';
import { SOUND } from '../testing/malformed/scenario-files.ts';
import type { Fault } from './fault.ts';
import { answerOf, ENGINE_ID, runSound, withEngine } from './made-up-engine.ts';

const UNREACHABLE: readonly Fault[] = [
  {
    id: 'F25',
    what: 'DOCKER_HOST is a socket that is not there',
    exit: 3,
    code: 'ENGINE_UNREACHABLE',
    tells: ['never replaced'],
    run: (bench) => runSound(bench, { DOCKER_HOST: `unix://${bench.path('none.sock')}` }),
  },
  {
    id: 'F25',
    what: 'DOCKER_HOST is a socket that we may not use',
    exit: 3,
    code: 'ENGINE_DENIED',
    mayAskEngine: true,
    run: async (bench) => {
      const endpoint = await bench.daemon('engine', { kind: 'engine', id: ENGINE_ID });
      await chmod(bench.path('engine.sock'), 0);
      await bench.plant(SOUND);
      return bench.start([...WITHOUT_PRIVILEGE, ...bench.command(['run'])], { DOCKER_HOST: endpoint }).ended;
    },
  },
  {
    id: 'F25',
    what: 'DOCKER_HOST accepts and never answers',
    exit: 3,
    code: 'ENGINE_HANGS',
    mayAskEngine: true,
    withinMs: 13_000,
    run: async (bench) => runSound(bench, { DOCKER_HOST: await bench.daemon('hangs', { kind: 'silent' }) }),
  },
  {
    id: 'F25',
    what: 'DOCKER_HOST is a web server of another kind',
    exit: 3,
    code: 'ENGINE_STRANGE',
    mayAskEngine: true,
    run: async (bench) => runSound(bench, { DOCKER_HOST: await bench.daemon('web', { kind: 'stranger' }) }),
  },
  {
    id: 'F25',
    what: 'the current docker context is gone',
    exit: 3,
    code: 'DOCKER_CONTEXT_UNREADABLE',
    mayAskEngine: true,
    run: async (bench) => {
      await bench.program('docker', `echo 'context "gone": context not found' >&2; exit 1`);
      return runSound(bench, { DOCKER_HOST: '', DOCKER_CONTEXT: 'gone' });
    },
  },
];

/** Root may use any socket; without these two it is like everybody. */
const WITHOUT_PRIVILEGE = [
  '/usr/bin/setpriv',
  '--bounding-set=-dac_override,-dac_read_search',
  '--inh-caps=-dac_override,-dac_read_search',
] as const;

const ELSEWHERE: readonly Fault[] = [
  {
    id: 'F34',
    what: 'DOCKER_HOST is on another machine',
    exit: 8,
    code: 'REMOTE_ENGINE',
    tells: ['192.0.2.1'],
    run: (bench) => runSound(bench, { DOCKER_HOST: 'tcp://192.0.2.1:2375' }),
  },
  {
    id: 'F34',
    what: 'DOCKER_HOST is an ssh address of this machine',
    exit: 3,
    code: 'ENGINE_OVER_SSH',
    run: (bench) => runSound(bench, { DOCKER_HOST: 'ssh://me@127.0.0.1' }),
  },
  {
    id: 'F34',
    what: 'the docker command and DOCKER_HOST are two engines',
    exit: 3,
    code: 'DOCKER_CLI_OTHER_ENGINE',
    mayAskEngine: true,
    run: async (bench) => runSound(bench, await withEngine(bench, answerOf('another'))),
  },
];

/** Engines that cannot be used, or must not be. What answers is made up, the command line is real. */
export const ENDPOINT_FAULTS: readonly Fault[] = [...UNREACHABLE, ...ELSEWHERE];
