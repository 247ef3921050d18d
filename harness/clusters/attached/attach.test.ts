import { mkdtempSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Deadline } from '../../core/deadline.ts';
import type { Cluster } from '../../core/cluster.ts';
import type { KubeObject } from '../../core/kube.ts';
import { silentProgress } from '../../core/progress.ts';
import { ScriptedRunner } from '../../testing/scripted-runner.ts';
import { attach } from './attach.ts';
import { attachmentsFolder } from './attachments.ts';
import type { AttachedDeps } from './deps.ts';
import { fakeAttachedCluster, type FakeCluster, type FakeOptions } from './fake-attached.ts';
import { ATTACHMENT_LABEL } from './labels.ts';

const caches: string[] = [];
afterEach(() => Promise.all(caches.splice(0).map((cache) => rm(cache, { recursive: true }))));

function node(name: string, over: { readonly bootID?: string; readonly taint?: string } = {}): KubeObject {
  const { bootID = 'boot-1', taint } = over;
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name } },
    spec: { taints: taint === undefined ? [] : [{ key: taint, effect: 'NoSchedule' }] },
    status: {
      addresses: [{ type: 'InternalIP', address: '10.0.0.1' }],
      conditions: [{ type: 'Ready', status: 'True' }],
      nodeInfo: { bootID, machineID: '' },
    },
  };
}

function cluster(more: Partial<FakeOptions> = {}): FakeCluster {
  return fakeAttachedCluster({
    uid: 'u1',
    nodes: [node('a')],
    statusOf: () => ({ phase: 'Running', containerStatuses: [{ name: 'look', ready: true }] }),
    inPod: (_pod, [program]) => (program === 'cat' ? 'boot-1\n' : program === 'test' ? undefined : ''),
    ...more,
  });
}

interface Attached {
  readonly cluster?: Cluster;
  readonly error?: unknown;
  /** Attachments that are still written down. */
  readonly records: readonly string[];
}

async function attachTo({ kube }: FakeCluster): Promise<Attached> {
  const cacheDir = mkdtempSync(join(tmpdir(), 'podproof-attach-'));
  caches.push(cacheDir);
  const mine = {
    name: 'mine',
    cluster: { name: 'c', server: 'https://127.0.0.1:1', caData: 'Q0E=', skipsTlsVerify: false },
    user: { name: 'u', token: 't', hasAuthProvider: false, impersonates: false },
  };
  const deps: AttachedDeps = {
    cacheDir,
    contexts: () => Promise.resolve({ names: ['mine'], read: () => Promise.resolve(mine) }),
    wish: {
      ...{ context: 'mine', ownsCluster: true, workloadImage: undefined },
      ...{ allowServers: [], allowExecPlugin: false },
    },
    lookup: () => Promise.resolve([]),
    shell: new ScriptedRunner(() => ({ notStarted: 'no curl' })),
    connects: () => Promise.resolve(false),
    connectKube: () => Promise.resolve(kube),
  };
  const options = { deadline: Deadline.in(4000, 'the run'), progress: silentProgress };
  const result = await attach(options, deps).then(
    (attached) => ({ cluster: attached.cluster }),
    (error: unknown) => ({ error }),
  );
  return { ...result, records: await readdir(attachmentsFolder(cacheDir)).catch(() => []) };
}

const ofAnother: KubeObject = {
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name: 'podproof-ffffff-nodes', labels: { [ATTACHMENT_LABEL]: 'podproof-ffffff' } },
};
const isThere = (world: FakeCluster): void => void world.objects.set('Namespace other', ofAnother);

describe('attach', () => {
  test('takes a cluster that nobody uses', async () => {
    const { cluster: made, records } = await attachTo(cluster());
    expect(made).toMatchObject({ provider: 'attached', nodes: [{ name: 'a', schedulable: true }] });
    expect(records).toEqual([made?.name]);
  });

  test('exit 9 when another run is there: nothing is made, and nothing of it touched', async () => {
    const world = cluster();
    isThere(world);
    const { error, records } = await attachTo(world);
    expect(error).toMatchObject({
      exitCode: 9,
      code: 'CLUSTER_IN_USE',
      message: expect.stringContaining('podproof-ffffff-nodes'),
      hint: expect.stringContaining('npm run clean'),
    });
    expect([...world.objects.keys()]).toEqual(['Namespace kube-system', 'Node a', 'Namespace other']);
    expect(world.deleted).not.toContain('Namespace podproof-ffffff-nodes');
    expect(records).toEqual([]);
  });

  test('exit 9 when another run comes at the same moment, and what it makes is not held against us', async () => {
    const world: FakeCluster = cluster({
      // It comes while we look at what is there, after we found nobody.
      census() {
        isThere(world);
        const theirs = { title: 'Namespace podproof-ffffff-nodes', digest: 'x', marked: true };
        return { objects: new Map(looks++ === 0 ? [] : [['n', theirs]]), unlisted: [] };
      },
    });
    let looks = 0;
    const { error, records } = await attachTo(world);
    expect(error).toMatchObject({ exitCode: 9, code: 'CLUSTER_IN_USE' });
    expect([...world.objects.keys()]).toEqual(['Namespace kube-system', 'Node a', 'Namespace other']);
    expect(records).toEqual([]);
  });

  test('a program that plays a node is left alone, whatever it takes', async () => {
    const world = cluster({ nodes: [node('a'), node('virtual', { bootID: '' })] });
    const { cluster: made } = await attachTo(world);
    const pods = [...world.objects.values()].filter(({ kind }) => kind === 'Pod');
    expect(pods).toHaveLength(1);
    expect(made?.nodes).toMatchObject([{ schedulable: true }, { name: 'virtual', schedulable: false }]);
  });

  test('a node that takes no pods is left out and told when no pod of ours comes up there', async () => {
    const nodes = [node('a'), node('fargate', { taint: 'eks.amazonaws.com/compute-type' })];
    const failed = { phase: 'Failed', reason: 'Rejected', message: 'no privileged pods' };
    const world = cluster({
      nodes,
      statusOf: (pod) => {
        const { nodeName } = pod['spec'] as { nodeName: string };
        return nodeName === 'a'
          ? { phase: 'Running', containerStatuses: [{ name: 'look', ready: true }] }
          : failed;
      },
    });
    const { cluster: made } = await attachTo(world);
    expect(made?.nodes.map(({ name }) => name)).toEqual(['a']);
    expect(made?.facts['notSeen']).toMatch(/^fargate: .*Rejected \(no privileged pods\)/);
    const alone = await attachTo(cluster({ statusOf: () => failed }));
    expect(alone.error).toMatchObject({ code: 'NODE_NOT_SEEN' });
  });
});
