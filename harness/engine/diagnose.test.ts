import { expect, test } from '@jest/globals';
import { Deadline } from '../core/deadline.ts';
import { ScriptedRunner } from '../testing/scripted-runner.ts';
import { diagnoseEngine } from './diagnose.ts';
import type { Engine } from './types.ts';

const engine: Engine = {
  kind: 'embedded',
  endpoint: 'unix:///cache/engine/docker.sock',
  dockerCli: '/cache/engine/docker',
  env: { DOCKER_HOST: 'unix:///cache/engine/docker.sock' },
  version: '26.1.5',
  cgroupVersion: 1,
  daemonId: 'd',
  dataRoot: '/cache/engine/data',
  source: 'embedded',
  logTail: () => Promise.resolve('level=info msg="API listen"'),
  release: () => Promise.reject(new Error('nobody releases it here')),
};

test('an engine tells about itself, through its own CLI, and never about containers', async () => {
  const texts = new Map<string, string>();
  const runner = new ScriptedRunner(([, command]) =>
    command === 'system' ? { exitCode: 1, stderr: 'Cannot connect' } : { stdout: `${command ?? ''} says` },
  );
  await diagnoseEngine({
    engine,
    runner,
    keep: (file, text) => void texts.set(file, text),
    deadline: Deadline.in(5000, 'the engine'),
  });
  expect(texts.get('engine/info.txt')).toContain('info says');
  expect(texts.get('engine/disk.txt')).toContain('Cannot connect\n[podproof: ');
  expect(texts.get('engine/daemon.log')).toContain('API listen');
  expect(texts.get('engine/engine.json')).toContain('"kind": "embedded"');
  expect(
    runner.calls.every(({ argv, options }) => argv[0] === engine.dockerCli && options.env === engine.env),
  ).toBe(true);
  expect(runner.calls.map(({ argv }) => argv.slice(1).join(' '))).not.toContain('ps');
});
