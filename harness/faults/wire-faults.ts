import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TcpProxy } from '../testing/tcp-proxy.ts';
import type { FaultBench } from './bench.ts';
import type { Fault } from './fault.ts';
import { theCluster, untilOnNode } from './hands.ts';
import { liveScenario, WAITS } from './live-scenario.ts';
import { shared } from './plain-runs.ts';

/** What happens to the connection to the API server while a command runs in a pod. */
export const WIRE_FAULTS: readonly Fault[] = [
  {
    ...shared,
    id: 'F13',
    what: 'every connection to the API server is cut while a pod is asked',
    exit: 0,
    tells: ['1 holds', 'second attempt'],
    run: throughProxy((proxy) => proxy.cut()),
  },
  {
    ...shared,
    id: 'F13',
    what: 'every connection to the API server goes silent while a pod is asked',
    exit: 0,
    tells: ['1 holds', 'second attempt'],
    withinMs: 240_000,
    run: throughProxy((proxy) => proxy.freeze()),
  },
];

/** A run on the kept cluster whose way to the API server leads through a proxy on loopback, which strikes once. */
function throughProxy(strike: (proxy: TcpProxy) => void): Fault['run'] {
  return async (bench: FaultBench) => {
    const kubeconfig = join(bench.cache, 'clusters', await theCluster(bench), 'kubeconfig');
    const text = await readFile(kubeconfig, 'utf8');
    const [server = '', port = ''] = /https:\/\/127\.0\.0\.1:(\d+)/.exec(text) ?? [];
    await using proxy = await TcpProxy.start({ host: '127.0.0.1', port: Number(port) });
    await writeFile(kubeconfig, text.replace(server, `https://127.0.0.1:${String(proxy.port)}`));
    try {
      await bench.plant(liveScenario());
      const env = { PODPROOF_SCENARIOS: bench.path('scenarios') };
      const run = bench.podproof(['run', '--nodes', '1', '--keep', '--no-jest'], env);
      await untilOnNode(bench, WAITS);
      strike(proxy);
      return await run.ended;
    } finally {
      await writeFile(kubeconfig, text);
    }
  };
}
