import { describe, expect, test } from '@jest/globals';
import { InfrastructureError } from '../core/errors.ts';
import type { CommandResult } from '../core/command.ts';
import type { NewRunEvent } from '../core/events.ts';
import type { KubeObject } from '../core/kube.ts';
import type { Verdict } from '../core/verdict.ts';
import { resolvePlaces } from '../config/places.ts';
import { exited, fakeWorld, type FakeScript, type FakeWorld, UNWATCHED } from '../testing/fake-cluster.ts';
import { claim, variantClaim } from './define.ts';
import { loadScenarios } from './load.ts';
import { makePlan } from './plan.ts';
import { runScenarios } from './run-scenarios.ts';
import type { LoadedScenario } from './types.ts';

const [hostNetwork] = await loadScenarios(resolvePlaces({}).scenarios);
if (hostNetwork === undefined) throw new Error('no scenario');

/** One claim about one word that pod and control print. */
const scenario: LoadedScenario = {
  ...hostNetwork,
  objects: hostNetwork.objects.filter(({ metadata }) => ['pod-hn', 'pod-without-hn'].includes(metadata.name)),
  claims: [
    claim({
      id: 'network-namespace',
      must: 'The subject MUST say host, the control own',
      source: { lines: [1, 1], sentence: 's' },
      subject: 'pod-hn',
      control: 'pod-without-hn',
      observe: async (pod, scene) => {
        const result = await pod.runner.run(['say'], { deadline: scene.deadline });
        if (result.kind !== 'exited') throw new InfrastructureError('CUT', 'the stream was cut');
        return { word: result.stdout };
      },
      show: ({ word }) => word,
      subjectShows: { text: 'host', holds: ({ word }) => word === 'host' },
      controlShows: { text: 'own', holds: ({ word }) => word === 'own' },
    }),
  ],
  mutants: [
    {
      id: 'removed',
      change: 'hostNetwork removed',
      fells: ['network-namespace'],
      mutate: ({ spec }) => delete spec.hostNetwork,
    },
  ],
};

const honest: FakeScript = { inPod: (_argv, who) => exited(who === 'pod-hn' ? 'host' : 'own') };

/** What cannot be judged is tried twice, and not more often. */
const twice = (why: string): readonly Verdict[] => [
  { kind: 'inconclusive', why },
  { kind: 'inconclusive', why },
];

interface Ran {
  readonly world: FakeWorld;
  readonly events: NewRunEvent[];
  readonly verdicts: readonly Verdict[];
}

async function run(
  script: FakeScript,
  options: {
    mutants?: boolean;
    signal?: AbortSignal;
    locks?: readonly string[];
    acts?: LoadedScenario['acts'];
    change?: Partial<LoadedScenario>;
  } = {},
): Promise<Ran> {
  const world = fakeWorld(script);
  const events: NewRunEvent[] = [];
  await runScenarios(
    makePlan(
      [
        {
          ...scenario,
          ...options.change,
          locks: options.locks ?? [],
          ...(options.acts === undefined ? {} : { acts: options.acts }),
        },
      ],
      {
        ids: [],
        mutants: options.mutants ?? false,
        offer: { schedulableNodes: 2, userNamespaces: true, pods: [] },
      },
    ),
    {
      ...world,
      runId: 'abc123',
      sink: { emit: (event) => events.push(event) },
      signal: options.signal ?? new AbortController().signal,
      ...UNWATCHED,
    },
  );
  return {
    world,
    events,
    verdicts: events.flatMap((event) => (event.type === 'verdict' ? [event.verdict] : [])),
  };
}

describe('runScenarios', () => {
  test('a claim that subject and control bear out holds', async () => {
    expect((await run(honest)).verdicts).toEqual([{ kind: 'holds' }]);
  });

  test('units that need the same host port follow each other, and its pods are gone in between', async () => {
    const { world, verdicts } = await run(honest, { mutants: true, locks: ['hostPort 9000'] });
    expect(verdicts.map(({ kind }) => kind)).toEqual(['holds', 'holds']);
    expect(world.deleted.toSorted()).toEqual(['pod-hn', 'pod-hn', 'pod-without-hn', 'pod-without-hn']);
  });

  test('begins with what takes longest: workloads, whose controllers work in their own time', async () => {
    const requires = { schedulableNodes: 9 };
    const template = { spec: { containers: [] } };
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd' },
      spec: { template },
    };
    const rolled = { ...scenario, id: 'rolled', requires, objects: [...scenario.objects, deployment] };
    const events: NewRunEvent[] = [];
    const offer = { schedulableNodes: 2, userNamespaces: true, pods: [] };
    await runScenarios(makePlan([{ ...scenario, requires }, rolled], { ids: [], mutants: false, offer }), {
      ...fakeWorld(honest),
      runId: 'abc123',
      sink: { emit: (event) => events.push(event) },
      signal: new AbortController().signal,
      ...UNWATCHED,
    });
    const begun = events.flatMap((event) => (event.type === 'unit.started' ? [event.unit.scenario] : []));
    expect(begun).toEqual(['rolled', 'host-network']);
  });

  test('adds namespace, labels, node and image to the manifest and changes nothing else', async () => {
    const { world } = await run(honest);
    const pod = world.created.find(({ metadata }) => metadata.name === 'pod-hn') as KubeObject & {
      spec: Record<string, unknown>;
    };
    expect(pod.metadata).toMatchObject({
      namespace: 'podproof-abc123-privileged',
      labels: { 'podproof.dev/run': 'abc123' },
    });
    expect(pod.spec).toMatchObject({
      hostNetwork: true,
      nodeSelector: { 'kubernetes.io/hostname': 'worker-a' },
      terminationGracePeriodSeconds: 1,
      activeDeadlineSeconds: 3600,
    });
    expect(pod.spec['containers']).toEqual([
      {
        name: 'main',
        image: 'localhost/podproof/workload:fake',
        imagePullPolicy: 'Never',
        command: ['sleep', 'infinity'],
      },
    ]);
  });

  test('a mutant runs in a namespace of its own, with its change', async () => {
    const { world, events } = await run(honest, { mutants: true });
    const mutants = world.created.filter(
      ({ kind, metadata }) => kind === 'Pod' && metadata.namespace === 'podproof-abc123-m1',
    );
    expect(mutants).toHaveLength(2);
    expect(JSON.stringify(mutants)).not.toContain('hostNetwork');
    expect(events.filter(({ type }) => type === 'verdict')).toHaveLength(2);
  });

  test('a subject that shows something else contradicts, with what was expected and seen', async () => {
    const { verdicts } = await run({ inPod: () => exited('own') });
    expect(verdicts).toEqual([
      { kind: 'contradicted', reasons: [{ role: 'subject', expected: 'host', seen: 'own' }] },
    ]);
  });

  test('a cut stream is inconclusive, never an answer', async () => {
    const cut: FakeScript = {
      inPod: () => ({ kind: 'inconclusive', why: 'cut', stdout: 'host', stderr: '', durationMs: 1 }),
    };
    expect((await run(cut)).verdicts).toEqual(twice('subject pod-hn: the stream was cut'));
  });

  test('a pod that crashed after it ran is told with what the kubelet says of it', async () => {
    const { verdicts } = await run({
      inPod: (): CommandResult => {
        throw new InfrastructureError('GONE', 'container not found');
      },
      nowOf: () => ({
        phase: 'Running',
        containerStatuses: [
          {
            name: 'main',
            ready: false,
            restartCount: 1,
            state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s' } },
          },
        ],
      }),
    });
    expect(verdicts).toEqual([
      expect.objectContaining({
        why: expect.stringContaining(
          'the pod does not run: refused: CrashLoopBackOff (back-off 10s)',
        ) as unknown,
      }),
      expect.anything(),
    ]);
  });

  test('a pod that is refused is inconclusive for claims that need it running, with the reason', async () => {
    const waiting = { reason: 'ErrImageNeverPull', message: 'not present' };
    const refused: FakeScript = {
      ...honest,
      statusOf: () => ({
        phase: 'Pending',
        containerStatuses: [{ name: 'main', ready: false, restartCount: 0, state: { waiting } }],
      }),
    };
    expect((await run(refused)).verdicts).toEqual(
      twice('subject pod-hn: the pod does not run: refused: ErrImageNeverPull (not present)'),
    );
  });

  test('a manifest that the server refuses makes its claims inconclusive and nothing hangs', async () => {
    const refusing: FakeScript = {
      ...honest,
      onCreate: (object) => {
        if (object.metadata.name === 'pod-hn') throw new InfrastructureError('X', 'the server said no');
      },
    };
    expect((await run(refusing)).verdicts).toEqual(twice('subject pod-hn: the server said no'));
  });

  describe('a second attempt', () => {
    /** The first answer of the subject is cut off, all others are honest. */
    function cutOnce(): FakeScript {
      let asked = 0;
      return {
        inPod: (_argv, who) => {
          if (who !== 'pod-hn') return exited('own');
          asked += 1;
          return asked === 1
            ? { kind: 'inconclusive', why: 'cut', stdout: '', stderr: '', durationMs: 1 }
            : exited('host');
        },
      };
    }
    const interesting = (events: readonly NewRunEvent[]): readonly string[] =>
      events.flatMap((event) => {
        if (event.type === 'verdict') return [event.verdict.kind];
        return event.type === 'retry' ? [`retry ${event.claims.join(' ')}`] : [];
      });

    test('is made after all others, with new pods in a new namespace, when the first could not tell', async () => {
      const { world, events } = await run(cutOnce());
      expect(interesting(events)).toEqual(['inconclusive', 'retry network-namespace', 'holds']);
      const pods = world.created.filter(({ kind }) => kind === 'Pod');
      expect(pods.map(({ metadata }) => metadata.namespace)).toEqual([
        'podproof-abc123-privileged',
        'podproof-abc123-privileged',
        'podproof-abc123-r0-privileged',
        'podproof-abc123-r0-privileged',
      ]);
      // The first pods might hold what the second ones need.
      expect(world.deleted.toSorted()).toEqual(['pod-hn', 'pod-without-hn']);
    });

    test('is never made for an answer that contradicts', async () => {
      const { events } = await run({ inPod: () => exited('own') });
      expect(interesting(events)).toEqual(['contradicted']);
    });

    test('is made for mutants too, each in a namespace of its own', async () => {
      const { world, events } = await run(cutOnce(), { mutants: true });
      const told = interesting(events);
      expect(told.slice(0, 2).toSorted()).toEqual(['holds', 'inconclusive']);
      expect(told.slice(2)).toEqual(['retry network-namespace', 'holds']);
      const namespaces = world.created.map(({ metadata }) => metadata.namespace);
      expect(namespaces.filter((name) => name === 'podproof-abc123-m1')).toHaveLength(2);
    });

    test('waits for an API server that is away for a while', async () => {
      const away = [1, 2].map(() => new InfrastructureError('API_UNREACHABLE', 'connect ECONNREFUSED'));
      const { events } = await run({ ...cutOnce(), away });
      expect(interesting(events)).toEqual(['inconclusive', 'retry network-namespace', 'holds']);
    });

    test('is not made when the pods of the first do not go', async () => {
      const { events } = await run({ ...cutOnce(), undeletable: true });
      expect(interesting(events)).toEqual(['inconclusive']);
    });
  });

  test('a watch that broke for good ends the run with its error', async () => {
    const lost: FakeScript = {
      ...honest,
      statusOf: () => undefined,
      watchBreaks: Promise.reject(new InfrastructureError('API_LOST', 'the API server is gone')),
    };
    await expect(run(lost)).rejects.toThrow('the API server is gone');
  });

  test('an interrupt ends the run with its own reason', async () => {
    const stop = new AbortController();
    const running = run({ ...honest, statusOf: () => undefined }, { signal: stop.signal });
    stop.abort(new Error('Interrupted by SIGINT.'));
    await expect(running).rejects.toThrow('Interrupted by SIGINT.');
  });

  describe('with acts', () => {
    const acted: string[] = [];
    const acts: LoadedScenario['acts'] = [
      {
        what: 'a file is made on the node',
        async does(stage) {
          acted.push(`made for ${stage.nodeFor('pod-hn').name} in ${stage.hostPath('/var/lib/podproof/x')}`);
          stage.later('the file', (scene) => Promise.resolve(acted.push(`removed in ${scene.namespace}`)));
          await stage.nodeFor('pod-hn').runner.run(['touch', 'x'], { deadline: stage.deadline });
        },
        creates: ['pod-without-hn'],
      },
      { what: 'the other pod is created', creates: ['pod-hn'] },
    ];

    test('each creates its pods after it has done what it says, and is taken back in the end', async () => {
      acted.length = 0;
      const { world, events, verdicts } = await run(honest, { acts });
      expect(verdicts).toEqual([{ kind: 'holds' }]);
      expect(world.created.map(({ metadata }) => metadata.name)).toEqual([
        'podproof-abc123-privileged',
        'pod-without-hn',
        'pod-hn',
      ]);
      expect(acted).toEqual([
        expect.stringMatching(/^made for worker-a in \/var\/lib\/podproof\/[0-9a-f]{16}\/x$/),
        'removed in podproof-abc123-privileged',
      ]);
      expect(events.find(({ type }) => type === 'acted')).toMatchObject({
        what: 'a file is made on the node',
        evidence: [{ vantage: 'node', argv: ['touch', 'x'], outcome: 'exit 0' }],
      });
    });

    test('one that fails makes the claims inconclusive with its reason; nothing further is created', async () => {
      const failing = acts.map((act) => ({
        ...act,
        does: () => Promise.reject(new InfrastructureError('X', 'the node said no')),
      }));
      const { world, verdicts } = await run(honest, { acts: failing });
      const why = 'subject pod-hn: a file is made on the node: the node said no';
      // Tried once more, as everything that could not be judged.
      expect(verdicts).toEqual([
        { kind: 'inconclusive', why },
        { kind: 'inconclusive', why },
      ]);
      expect(world.created.filter(({ kind }) => kind === 'Pod')).toEqual([]);
    });

    test('what cannot be taken back is told with the unit', async () => {
      const [first, ...others] = acts;
      if (first === undefined) throw new Error('no act');
      const does: typeof first.does = (stage) => {
        stage.later('the file', () => Promise.reject(new Error('still busy')));
        return Promise.resolve();
      };
      const { events } = await run(honest, { acts: [{ ...first, does }, ...others] });
      expect(events.find(({ type }) => type === 'unit.finished')).toMatchObject({
        error: 'not taken back: the file: still busy',
      });
    });
  });

  test('a claim about variants needs no pod; a mutant puts another variant in the subject’s place', async () => {
    const about = variantClaim({
      id: 'network-namespace',
      must: 'The form MUST be old',
      source: { lines: [1, 1], sentence: 's' },
      subject: 'old',
      control: 'new',
      observe: ({ value }) => Promise.resolve(value),
      show: String,
      subjectShows: { text: 'old', holds: (seen) => seen === 1 },
      controlShows: { text: 'new', holds: (seen) => seen === 2 },
    });
    const forms: Partial<LoadedScenario> = {
      objects: [],
      variants: { old: 1, new: 2 },
      claims: [about],
      mutants: [{ id: 'new-form', change: 'the new form', fells: ['network-namespace'], subject: 'new' }],
    };
    const { verdicts } = await run(honest, { change: forms, mutants: true });
    expect(verdicts.map(({ kind }) => kind)).toEqual(['holds', 'contradicted']);
  });
});
