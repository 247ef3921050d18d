import { expect, test } from '@jest/globals';
import { InfrastructureError } from '../core/errors.ts';
import type { ContainerState } from '../docker/engine-port.ts';
import { explainLoss, type LostCluster } from './explain-loss.ts';

const lost = new InfrastructureError('WATCH_LOST', 'connect ECONNREFUSED 127.0.0.1:34535');
const RUNNING: ContainerState = {
  id: 'c1',
  name: 'podproof-3f2a91-control-plane',
  image: 'podproof-node:v1.37.2',
  imageId: 'sha256:abc',
  labels: {},
  state: 'running',
  running: true,
  paused: false,
  exitCode: 0,
  restarts: 0,
  startedAt: '2026-11-23T17:00:00Z',
  bindings: [],
  addresses: {},
  mounts: [],
  volumes: [],
};
const nodes = [RUNNING.name];
const engineThatSays = (state: Partial<ContainerState>): LostCluster['containers'] => ({
  inspect: () => Promise.resolve({ ...RUNNING, ...state }),
});

test('a node that stopped is named, with how it ended', async () => {
  const containers = engineThatSays({ state: 'exited', running: false, exitCode: 137 });
  expect(await explainLoss(lost, { containers, nodes })).toMatchObject({
    code: 'NODE_STOPPED',
    message: expect.stringContaining('podproof-3f2a91-control-plane stopped with exit code 137'),
    cause: lost,
  });
});

test('an engine that does not answer is the reason itself', async () => {
  const containers = { inspect: () => Promise.reject(new Error('connect ECONNREFUSED docker.sock')) };
  expect(await explainLoss(lost, { containers, nodes })).toMatchObject({
    code: 'ENGINE_LOST',
    message: expect.stringContaining('docker.sock'),
    cause: lost,
  });
});

test('an API server that is gone on a node that runs stays what it is, and so does any other error', async () => {
  expect(await explainLoss(lost, { containers: engineThatSays({}), nodes })).toBe(lost);
  const other = new InfrastructureError('JOURNAL_INCOMPLETE', 'no');
  expect(await explainLoss(other, { containers: engineThatSays({ running: false }), nodes })).toBe(other);
});
