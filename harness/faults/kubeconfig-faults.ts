import { mkdir, symlink, writeFile } from 'node:fs/promises';
import type { FaultBench } from './bench.ts';
import type { Fault } from './fault.ts';
import { runSound, withEngine } from './made-up-engine.ts';

/**
 * The kubeconfig of the user, in states in which others are tempted to mend it. With an engine that answers and no kind
 * a run gets through all its looks at the machine, and no further.
 */
export const KUBECONFIG_FAULTS: readonly Fault[] = [
  kubeconfig('F29', 'malformed', (file) => writeFile(file, '{{{')),
  kubeconfig('F29', 'locked by another program', (file) => writeFile(`${file}.lock`, '')),
  kubeconfig('F29', 'a link to nothing', (file) => symlink('nowhere', file)),
  kubeconfig('F29', 'a folder', async (file) => {
    await mkdir(file);
  }),
  kubeconfig('F29', 'absent', () => Promise.resolve()),
  kubeconfig('F32', 'one that would run a program', async (file, bench) => {
    await bench.program('canary', `echo died >"${bench.path('tmp/canary')}"`);
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: bench.path('bin/canary') };
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'c',
      clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1' } }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'me' } }],
      users: [{ name: 'me', user: { exec: { ...exec, interactiveMode: 'Never' } } }],
    };
    await writeFile(file, JSON.stringify(config));
  }),
];

function kubeconfig(
  id: string,
  state: string,
  plant: (file: string, bench: FaultBench) => Promise<void>,
): Fault {
  return {
    id,
    what: `the kubeconfig of the user is ${state}`,
    exit: 3,
    code: 'KIND_MISSING',
    mayAskEngine: true,
    run: async (bench) => {
      const file = bench.path('kubeconfig');
      await plant(file, bench);
      await bench.without('kind');
      return runSound(bench, { ...(await withEngine(bench)), KUBECONFIG: file });
    },
  };
}
