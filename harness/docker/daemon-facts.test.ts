import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { daemonFacts } from './daemon-facts.ts';

/** Recorded from the engine's own answer. */
async function recorded(): Promise<Record<string, unknown>> {
  const file = new URL('fixtures/docker-26.1.5-info.json', import.meta.url);
  return JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
}

describe('daemonFacts', () => {
  test('reads what Docker 26 says', async () => {
    expect(daemonFacts(await recorded())).toEqual({
      id: '23000780-1d58-4003-9382-1fc2bc1dca25',
      version: '26.1.5+dfsg1',
      osType: 'linux',
      operatingSystem: 'Debian GNU/Linux 12 (bookworm)',
      kernel: '6.18.44-fc-v669',
      architecture: 'x86_64',
      cpus: 2,
      memoryBytes: 25276502016,
      cgroupVersion: '1',
      storageDriver: 'overlay2',
      backingFilesystem: 'extfs',
      containerdStore: false,
      dataRoot: '/var/cache/podproof/engine/data',
      clockMs: Date.UTC(2026, 10, 27, 21, 5, 20, 225),
      security: ['seccomp', 'cgroupns'],
      missingLimits: [],
      proxy: '',
      noProxy: '',
    });
  });

  test('knows the containerd image store, a rootless daemon and limits it cannot set', async () => {
    const facts = daemonFacts({
      ...(await recorded()),
      // As Docker 29 with its default store and a rootless Docker without delegation answer.
      DriverStatus: [['driver-type', 'io.containerd.snapshotter.v1']],
      SecurityOptions: ['name=seccomp,profile=builtin', 'name=rootless', 'name=cgroupns'],
      CpuCfsQuota: false,
      PidsLimit: false,
    });
    expect(facts).toMatchObject({
      containerdStore: true,
      security: ['seccomp', 'rootless', 'cgroupns'],
      missingLimits: ['cpu', 'pids'],
    });
  });

  test('an empty answer is unknown, not an error', () => {
    expect(daemonFacts({ DriverStatus: null, SecurityOptions: null })).toMatchObject({
      id: '',
      cpus: Number.NaN,
      clockMs: Number.NaN,
      security: [],
    });
  });
});
