import { beforeEach, describe, expect, test } from '@jest/globals';
import type { ProviderOptions } from '../../core/cluster.ts';
import { Deadline } from '../../core/deadline.ts';
import { silentProgress } from '../../core/progress.ts';
import type { ProviderDeps } from '../deps.ts';
import { newWorld, worldDeps, WORKLOAD, type World } from '../kind/fake-world.ts';
import { K3S_IMAGE } from './image-choice.ts';
import { planCluster } from './plan.ts';

const OURS = 'podproof-k3s-like:v1.37.2-abc';
let world: World;
let deps: ProviderDeps;

beforeEach(() => {
  world = newWorld();
  const base = worldDeps(world, '/nowhere');
  const images = {
    ...base.images,
    ensureK3sLike: () => Promise.resolve({ node: OURS, workload: WORKLOAD }),
  };
  deps = { ...base, images };
});

const within = (): ProviderOptions => ({
  deadline: Deadline.in(5000, 'the plan'),
  progress: silentProgress,
});

describe('planning a cluster for the k3s module', () => {
  test('more than one node is a usage error', async () => {
    await expect(planCluster({ nodes: 2 }, within(), deps)).rejects.toMatchObject({
      code: 'NODES',
      exitCode: 2,
      message: expect.stringContaining('one node, not 2'),
    });
  });

  test('k3s itself is taken where it is to be had, and called so', async () => {
    world.images.add(K3S_IMAGE);
    const plan = await planCluster({ nodes: 1 }, within(), deps);
    expect(plan).toMatchObject({ image: K3S_IMAGE, workload: undefined });
    expect(plan.facts['k3s']).toMatch(/^module [\d.]+, rancher\/k3s:v/);
  });

  test('what stands in for it is never called k3s', async () => {
    const plan = await planCluster({ nodes: 1 }, within(), deps);
    expect(plan).toMatchObject({ image: OURS, workload: WORKLOAD });
    expect(plan.facts['k3s']).toMatch(/^module [\d.]+, our node image with a k3s-like entrypoint$/);
  });

  test('on cgroup v1 the kubelet is told to start, and the record tells that; on v2 nothing is changed', async () => {
    const argument = '--kubelet-arg=fail-cgroupv1=false';
    const old = await planCluster({ nodes: 1 }, within(), deps);
    expect(old.command).toEqual(['server', '--disable=traefik', argument]);
    expect(old.facts).toMatchObject({ patches: argument });
    const facts = await deps.docker.facts(within().deadline);
    const docker = { ...deps.docker, facts: () => Promise.resolve({ ...facts, cgroupVersion: '2' }) };
    const recent = await planCluster({ nodes: 1 }, within(), { ...deps, docker });
    expect(recent.command).toEqual(['server', '--disable=traefik']);
    expect(recent.facts).toMatchObject({ patches: 'none' });
    expect(recent.fingerprint).not.toBe(old.fingerprint);
  });

  test('an image that is nowhere is a usage error', async () => {
    await expect(planCluster({ nodes: 1, image: 'nope:1' }, within(), deps)).rejects.toMatchObject({
      code: 'IMAGE_NOT_FOUND',
      exitCode: 2,
    });
  });
});
