import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FaultBench } from './bench.ts';
import type { Fault } from './fault.ts';
import { docker, onNode, theNode, untilOnNode } from './hands.ts';
import { liveScenario, WAITS } from './live-scenario.ts';

/** A cluster that was kept stays until somebody says so, also when it does not work any more. */
const giveUp = (bench: FaultBench): Promise<unknown> => bench.podproof(['down']).ended;

/** Strikes while a command runs in a pod of the kept cluster. */
const midExec =
  (
    strike: (bench: FaultBench) => Promise<unknown>,
    mend: (bench: FaultBench) => Promise<unknown> = () => Promise.resolve(),
  ): Fault['run'] =>
  async (bench) => {
    await bench.plant(liveScenario());
    const env = { PODPROOF_SCENARIOS: bench.path('scenarios') };
    const run = bench.podproof(['run', '--nodes', '1', '--keep', '--no-jest'], env);
    await untilOnNode(bench, WAITS);
    await strike(bench);
    const ended = await run.ended;
    await mend(bench);
    return ended;
  };

const shared = { needs: 'kind', cleanMs: 30_000 } as const;
const KILL_API_SERVER = ['pkill', '-9', '-x', 'kube-apiserver'];

/** What breaks below the pods while they are asked. Nobody knows the answer then, so nothing holds. */
export const NODE_FAULTS: readonly Fault[] = [
  {
    ...shared,
    id: 'F14',
    what: 'the kubelet restarts while a pod is asked',
    exit: 0,
    tells: ['1 holds'],
    withinMs: 90_000,
    nextRun: false,
    run: midExec((bench) => onNode(bench, 'systemctl', 'restart', 'kubelet')),
  },
  {
    ...shared,
    id: 'F11',
    what: 'the API server is killed while a pod is asked, and comes back',
    exit: 0,
    tells: ['second attempt'],
    withinMs: 180_000,
    run: midExec((bench) => onNode(bench, ...KILL_API_SERVER)),
  },
  {
    ...shared,
    id: 'F10',
    what: 'the kubelet is stopped while a pod is asked',
    exit: 4,
    withinMs: 180_000,
    run: midExec(
      (bench) => onNode(bench, 'systemctl', 'stop', 'kubelet'),
      (bench) => onNode(bench, 'systemctl', 'start', 'kubelet'),
    ),
  },
  {
    ...shared,
    id: 'F12',
    what: 'the API server dies for good while a pod is asked',
    exit: 4,
    tells: [/API_UNREACHABLE|WATCH_LOST|API_LOST/],
    withinMs: 180_000,
    run: midExec(async (bench) => {
      await onNode(bench, 'mv', '/etc/kubernetes/manifests/kube-apiserver.yaml', '/root/');
      await onNode(bench, ...KILL_API_SERVER);
    }, giveUp),
  },
  {
    ...shared,
    id: 'F08',
    what: 'the node is stopped while a pod is asked',
    exit: 4,
    code: 'NODE_STOPPED',
    tells: [/-control-plane stopped with exit code \d+/],
    withinMs: 60_000,
    run: midExec(async (bench) => docker(bench, 'stop', '-t', '1', await theNode(bench)), giveUp),
  },
  {
    ...shared,
    id: 'F24',
    what: 'the engine is killed while a pod is asked',
    exit: 4,
    code: 'ENGINE_LOST',
    withinMs: 90_000,
    run: midExec(async (bench) => {
      const pid = await readFile(join(bench.cache, 'engine/dockerd.pid'), 'utf8');
      process.kill(Number(pid), 'SIGKILL');
    }),
  },
];
