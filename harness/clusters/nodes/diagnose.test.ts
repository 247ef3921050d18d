import { beforeEach, describe, expect, test } from '@jest/globals';
import { Deadline } from '../../core/deadline.ts';
import type { DockerEngine } from '../../docker/engine-port.ts';
import { ScriptedRunner, type Script } from '../../testing/scripted-runner.ts';
import { fakeDocker } from '../kind/fake-docker.ts';
import { addNode, newWorld, worldDeps, type World } from '../kind/fake-world.ts';
import { kindMaker } from '../kind/provider.ts';
import { diagnoseNodes } from './diagnose.ts';

const NAME = 'podproof-3f2a91';
let world: World;

beforeEach(() => {
  world = newWorld();
  addNode(world, NAME, 'control-plane');
  addNode(world, NAME, 'worker');
});

async function diagnose(
  script: Script,
  over: Partial<DockerEngine> = {},
): Promise<{ readonly texts: ReadonlyMap<string, string>; readonly asked: readonly string[] }> {
  const texts = new Map<string, string>();
  const runner = new ScriptedRunner(script);
  const docker = { ...fakeDocker(world), runner: () => runner, ...over };
  const keep = (file: string, text: string): void => void texts.set(file, text);
  const maker = kindMaker({ ...worldDeps(world, '/nowhere'), docker });
  await diagnoseNodes({ name: NAME, keep, deadline: Deadline.in(2000, 'the diagnosis') }, maker, { docker });
  return { texts, asked: runner.calls.map(({ argv }) => argv.join(' ')) };
}

const LOGS = [
  '/var/log/pods/demo_web_1/main/0.log',
  '/var/log/pods/kube-system_kube-apiserver-x_2/kube-apiserver/0.log',
].join('\n');

describe('asking a cluster what is wrong', () => {
  test('has the state and the logs of every node, and one view of the cluster', async () => {
    const { texts, asked } = await diagnose(([program]) => ({
      stdout: program === 'find' ? LOGS : `${program ?? ''} said`,
    }));
    for (const role of ['control-plane', 'worker']) {
      expect(texts.get(`nodes/${NAME}-${role}/container.log`)).toContain('last words');
      expect(texts.get(`nodes/${NAME}-${role}/kubelet.log`)).toBe('journalctl said');
      expect(texts.get(`nodes/${NAME}-${role}/pods/demo_web_main_0.log`)).toBe('tail said');
    }
    expect(texts.get('cluster/events.txt')).toBe('kubectl said');
    expect(asked.filter((line) => line.startsWith('kubectl'))).toHaveLength(4);
    const tails = asked.filter((line) => line.startsWith('tail'));
    expect(tails[0]).toContain('kube-apiserver');
    expect(tails.every((line) => line.includes(' -- /var/log/pods/'))).toBe(true);
  });

  test('a node that stopped is not asked, but its last words and its state are there', async () => {
    const worker = `${NAME}-worker`;
    const stopped = world.containers.get(worker);
    if (stopped !== undefined) world.containers.set(worker, { ...stopped, running: false, state: 'exited' });
    const { texts } = await diagnose(() => ({ stdout: 'x' }));
    expect([...texts.keys()].filter((file) => file.includes(worker))).toEqual([
      `nodes/${worker}/container.json`,
      `nodes/${worker}/container.log`,
    ]);
    expect(texts.get(`nodes/${worker}/container.json`)).toContain('"state": "exited"');
  });

  test('what cannot be had is said in its place, and the rest goes on', async () => {
    const { texts } = await diagnose(([program]) =>
      program === 'kubectl' ? { exitCode: 1, stderr: 'connection refused' } : { stdout: 'x' },
    );
    expect(texts.get('cluster/pods.txt')).toContain('exit 1: connection refused]');
    expect(texts.get(`nodes/${NAME}-worker/kubelet.log`)).toBe('x');
  });

  test('nodes that never answer cost no more than the deadline', async () => {
    const startedAt = performance.now();
    const { texts } = await diagnose((_argv, { deadline }) =>
      deadline.race(new Promise<never>(() => undefined)).catch(() => ({})),
    );
    expect(performance.now() - startedAt).toBeLessThan(3000);
    expect(texts.get(`nodes/${NAME}-worker/kubelet.log`)).toContain('[podproof:');
  });

  test('a node that names files outside of its logs is not followed', async () => {
    const { asked } = await diagnose(([program]) => ({
      stdout: program === 'find' ? '/etc/shadow\n/var/log/pods/../../../etc/shadow\n-rf\n' : '',
    }));
    expect(asked.filter((line) => line.startsWith('tail'))).toEqual([]);
  });

  test('an engine that is gone is an answer too', async () => {
    const gone = fakeDocker(world);
    const containers = { ...gone.containers, list: () => Promise.reject(new Error('engine is gone')) };
    const { texts } = await diagnose(() => undefined, { containers });
    expect([...texts.values()].join()).toContain('engine is gone');
  });
});
