import { describe, expect, test } from '@jest/globals';
import { resolvePlaces } from '../config/places.ts';
import type { Cluster, ClusterNode } from '../core/cluster.ts';
import type { NewRunEvent } from '../core/events.ts';
import { isPod } from '../core/kube.ts';
import { exited, fakeWorld, type FakeScript, UNWATCHED } from '../testing/fake-cluster.ts';
import { ScriptedRunner } from '../testing/scripted-runner.ts';
import { claim } from './define.ts';
import { claimsPerNode, locksOf, neighbourhood, schedulableNames } from './every-node.ts';
import { loadScenarios } from './load.ts';
import { makePlan } from './plan.ts';
import { namespaceName, nodeRound, retryRound } from './rounds.ts';
import { runScenarios } from './run-scenarios.ts';
import type { LoadedScenario } from './types.ts';

const scenarios = await loadScenarios(resolvePlaces({}).scenarios);
const [hostNetwork] = scenarios;
if (hostNetwork === undefined) throw new Error('no scenario');

const OFFER = { schedulableNodes: 500, userNamespaces: true, pods: [] };

/** One claim about one word that pod and control print. */
const scenario: LoadedScenario = {
  ...hostNetwork,
  objects: hostNetwork.objects.filter(({ metadata }) => ['pod-hn', 'pod-without-hn'].includes(metadata.name)),
  claims: [
    claim({
      id: 'word',
      must: 'The subject MUST say host, the control own',
      source: { lines: [1, 1], sentence: 's' },
      subject: 'pod-hn',
      control: 'pod-without-hn',
      observe: async (pod, scene) => {
        const result = await pod.runner.run(['say'], { deadline: scene.deadline });
        return { word: result.stdout, node: pod.node.name, others: pod.otherNodes.map(({ name }) => name) };
      },
      show: ({ word }) => word,
      subjectShows: { text: 'host', holds: ({ word }) => word === 'host' },
      controlShows: { text: 'own', holds: ({ word }) => word === 'own' },
    }),
  ],
  mutants: [],
};

function clusterOf(count: number): Cluster {
  const node = (name: string, role: ClusterNode['role'] = 'worker'): ClusterNode => ({
    name,
    address: '10.0.0.1',
    role,
    schedulable: role === 'worker',
    runner: new ScriptedRunner(),
  });
  const names = Array.from({ length: count }, (_, index) => `node-${String(index).padStart(3, '0')}`);
  return {
    ...fakeWorld().cluster,
    nodes: [node('control', 'control-plane'), ...names.map((name) => node(name))],
  };
}

interface Ran {
  readonly events: readonly NewRunEvent[];
  /** Most pods, and most nodes with pods, at any moment. */
  readonly most: { readonly pods: number; readonly nodes: number };
  readonly visited: readonly string[];
  /** Pods that are still there; the clean-up of the run takes them. */
  readonly left: number;
}

async function run(
  count: number,
  script: FakeScript,
  options: { atOnce: number; locks?: readonly string[] },
): Promise<Ran> {
  const cluster = clusterOf(count);
  const live = new Map<string, string>();
  const most = { pods: 0, nodes: 0 };
  const world = fakeWorld({
    ...script,
    onCreate: (object) => {
      if (!isPod(object)) return;
      const selector = object.spec['nodeSelector'] as Record<string, string>;
      live.set(
        `${object.metadata.namespace ?? ''}/${object.metadata.name}`,
        selector['kubernetes.io/hostname'] ?? '',
      );
      most.pods = Math.max(most.pods, live.size);
      most.nodes = Math.max(most.nodes, new Set(live.values()).size);
    },
  });
  const kube: typeof world.kube = {
    ...world.kube,
    delete(kind, name, ...rest) {
      for (const key of live.keys())
        if (
          kind === 'Namespace'
            ? key.startsWith(`${name.name}/`)
            : key === `${name.namespace ?? ''}/${name.name}`
        )
          live.delete(key);
      return world.kube.delete(kind, name, ...rest);
    },
  };
  const events: NewRunEvent[] = [];
  const visited: string[] = [];
  const units = makePlan([{ ...scenario, locks: options.locks ?? [] }], {
    ids: [],
    mutants: false,
    offer: OFFER,
    everyNode: schedulableNames(cluster),
  });
  await runScenarios(units, {
    kube,
    cluster,
    runId: 'abc123',
    sink: { emit: (event) => events.push(event) },
    signal: new AbortController().signal,
    nodesAtOnce: options.atOnce,
    onVisited: (done, of) => visited.push(`${String(done)}/${String(of)}`),
    ...UNWATCHED,
  });
  return { events, most, visited, left: live.size };
}

const verdicts = (events: readonly NewRunEvent[]): ReadonlyMap<string, string> =>
  new Map(
    events.flatMap((event) =>
      event.type === 'verdict' ? [[event.unit.node ?? '', event.verdict.kind]] : [],
    ),
  );

describe('every node', () => {
  test('500 nodes, three at a time: never more pods than those need, a verdict for each, and the odd one is found', async () => {
    const script: FakeScript = {
      inPod: (_argv, who, namespace) =>
        exited(who === 'pod-hn' && !namespace.startsWith('podproof-abc123-n417-') ? 'host' : 'own'),
    };
    const { events, most, visited, left } = await run(500, script, { atOnce: 3 });
    const found = verdicts(events);
    expect(found.size).toBe(500);
    expect([...found].filter(([, kind]) => kind !== 'holds')).toEqual([['node-417', 'contradicted']]);
    expect(most).toEqual({ pods: 6, nodes: 3 });
    expect(visited.at(-1)).toBe('500/500');
    expect(left).toBe(0);
  }, 60_000);

  test('each unit sees its own node and the next one, and so every node is looked at from outside, too', async () => {
    const script: FakeScript = { inPod: (_argv, who) => exited(who === 'pod-hn' ? 'host' : 'own') };
    const { events } = await run(3, script, { atOnce: 2 });
    const seen = events.flatMap((event) =>
      event.type === 'observed' && event.role === 'subject' && event.observation.kind === 'seen'
        ? [event.observation.value]
        : [],
    );
    expect(seen).toHaveLength(3);
    expect(seen).toEqual(
      expect.arrayContaining([
        { word: 'host', node: 'node-000', others: ['node-001'] },
        { word: 'host', node: 'node-001', others: ['node-002'] },
        { word: 'host', node: 'node-002', others: ['node-000'] },
      ]),
    );
  });

  test('what cannot be told on one node is tried again there, in a namespace of its own', async () => {
    let broken = 1;
    const script: FakeScript = {
      inPod(_argv, who, namespace) {
        if (namespace.startsWith('podproof-abc123-n1-') && who === 'pod-hn' && (broken -= 1) >= 0)
          throw new Error('cut');
        return exited(who === 'pod-hn' ? 'host' : 'own');
      },
    };
    const { events } = await run(2, script, { atOnce: 2 });
    const [retry] = events.filter((event) => event.type === 'retry');
    expect(retry).toMatchObject({ unit: { node: 'node-001' }, claims: ['word'] });
    expect([...verdicts(events).values()]).toEqual(['holds', 'holds']);
  });
});

describe('the plan for every node', () => {
  const nodes = ['a', 'b', 'c'];
  const plan = makePlan(scenarios, {
    ids: [],
    mutants: false,
    offer: { ...OFFER, schedulableNodes: 3 },
    everyNode: nodes,
  });

  test('has every claim: on each node, or once where it is about the cluster as a whole', () => {
    for (const { id, claims } of scenarios) {
      const own = plan.filter(({ scenario: { id: of } }) => of === id);
      for (const { id: claimId } of claims) {
        const on = own.filter(({ planned }) => planned.claims.some((each) => each.id === claimId));
        const places = on.map(({ planned }) => planned.node);
        expect([id, claimId, places]).toEqual([id, claimId, places.length === 1 ? [undefined] : nodes]);
      }
    }
  });

  test('leaves to the scheduler what the scheduler spreads, and to the control plane what is there already', () => {
    const perNode = scenarios.filter((each) => claimsPerNode(each).length > 0).map(({ id }) => id);
    expect(perNode).toContain('host-network');
    expect(perNode).toContain('host-port');
    for (const once of ['one-pod-per-node', 'host-port-rollout', 'control-plane-pods', 'exec-form'])
      expect(perNode).not.toContain(once);
  });

  test('locks a port on the nodes of the unit only', () => {
    const cluster = clusterOf(5);
    const units = makePlan([{ ...scenario, locks: ['hostPort 9000'] }], {
      ids: [],
      mutants: false,
      offer: OFFER,
      everyNode: schedulableNames(cluster),
    });
    const locks = units.map((unit) => locksOf(unit, cluster).toSorted());
    expect(locks[0]).toEqual(['hostPort 9000 on node-000', 'hostPort 9000 on node-001']);
    expect(locks[4]).toEqual(['hostPort 9000 on node-000', 'hostPort 9000 on node-004']);
  });

  test('a control plane that takes pods is asked, but gets none of a unit elsewhere', () => {
    const cluster = clusterOf(4);
    const nodesOf = cluster.nodes.map((node) => ({ ...node, schedulable: true }));
    const near = neighbourhood({ planned: { node: 'node-001' } }, { ...cluster, nodes: nodesOf });
    expect(near.nodes.map(({ name, schedulable }) => [name, schedulable])).toEqual([
      ['node-001', true],
      ['control', false],
      ['node-002', true],
    ]);
  });

  test.each([
    [0, 'podproof-x'],
    [2, 'podproof-x-m2'],
    [nodeRound(17), 'podproof-x-n17'],
    [retryRound(0), 'podproof-x-r0'],
    [retryRound(2), 'podproof-x-r2'],
    [retryRound(nodeRound(17)), 'podproof-x-rn17'],
  ])('namespace of round %i is %s', (round, name) => {
    expect(namespaceName('x', round, 'baseline')).toBe(name);
  });
});
