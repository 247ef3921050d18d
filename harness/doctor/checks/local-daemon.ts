import type { Check } from '../check.ts';
import { findingOf, ok, skipped } from '../findings.ts';

const MINE = new Set(['REMOTE_ENGINE', 'ENGINE_OVER_SSH']);
const TRIED = 'looked at the address of the engine';

export const localDaemon: Check = {
  id: 'D04',
  title: 'Engine on this machine',
  moment: 'run',
  about: {
    looks: 'The address of the engine: a socket, a pipe and loopback are this machine.',
    matters:
      'Privileged pods would run on the other machine, and the ports and addresses that are looked at would be its own.',
    levels: {
      refuse: 'The engine is on another machine (exit 8).',
      fail: 'The engine is reached over ssh, which its clients cannot share.',
    },
    fix: [
      'Use a local engine: unset DOCKER_HOST or `docker context use default`.',
      'If that machine is meant: `--allow-remote-docker`.',
    ],
  },
  async look(patient) {
    const engine = await patient.engine();
    if (engine.kind === 'answers') return ok(TRIED, engine.endpoint);
    if (engine.kind === 'startable') return ok(TRIED, `${engine.endpoint} (none answers there)`);
    return MINE.has(engine.error.code)
      ? findingOf(engine.error, TRIED)
      : skipped(TRIED, 'no engine, see D02');
  },
};
