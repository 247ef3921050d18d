import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { resolvePlaces } from '../config/places.ts';
import { checkDefinition, checkExperiment } from './check-definition.ts';
import { checkHostPorts } from './check-host-ports.ts';
import { loadScenarios } from './load.ts';
import type { Pod } from '../core/kube.ts';
import { makePlan } from './plan.ts';
import type { Unit } from './unit.ts';
import type { ClusterOffer } from './requirements.ts';
import type { LoadedScenario } from './types.ts';

const scenarios = await loadScenarios(resolvePlaces({}).scenarios, { asAuthor: true });
const offer: ClusterOffer = { schedulableNodes: 2, userNamespaces: true, pods: [] };
const all = { ids: [], mutants: true, offer };

describe('the scenarios of this repository', () => {
  test('each has claims, controls and at least two mutants, and no mistake', () => {
    expect(scenarios.map(({ id }) => id)).toEqual([
      'host-network',
      'host-port',
      'host-pid-ipc',
      'run-as-guest',
      'run-as-non-root',
      'privileged-dev',
      'control-plane-pods',
      'one-pod-per-node',
      'host-port-key',
      'node-port',
      'host-port-rollout',
      'non-root-matrix',
      'tampered-image',
      'host-directory',
      'kube-proxy',
      'exec-form',
    ]);
    expect(scenarios.every(({ mutants }) => mutants.length >= 2)).toBe(true);
  });
});

describe('makePlan', () => {
  test.each([
    ['outsider', 'needs somebody outside of the nodes: the reason'],
    ['registry', 'needs an image registry of our own: the reason'],
    ['controlPlane', 'needs a node of the control plane: the reason'],
  ] as const)('what a cluster lacks (%s) is why its claims are skipped, and no other', (what, reason) => {
    const units = makePlan(scenarios, { ...all, offer: { ...offer, lacks: { [what]: 'the reason' } } });
    const claims = units.flatMap(({ scenario, planned }) =>
      planned.claims.map(({ id, skip }) => {
        const own = scenario.claims.find((each) => each.id === id);
        return { skip, needs: { ...scenario.requires, ...own?.requires }[what] === true };
      }),
    );
    expect(claims.some(({ needs }) => needs)).toBe(true);
    for (const { skip, needs } of claims) expect(skip === reason).toBe(needs);
  });

  test('every scenario that asks somebody outside, a registry or the control plane says that it needs it', async () => {
    const WORDS = {
      outsider: /\.outsider\(\)/,
      registry: /\.registry\(\)/,
      controlPlane: /\bcontrolPlane\b/,
    };
    for (const scenario of scenarios) {
      const names = await readdir(scenario.folder);
      const code = await Promise.all(
        names
          .filter((name) => name.endsWith('.ts'))
          .map((name) => readFile(join(scenario.folder, name), 'utf8')),
      );
      for (const what of ['outsider', 'registry', 'controlPlane'] as const) {
        const asks = code.some((text) => WORDS[what].test(text.replaceAll(/requires: .*/g, '')));
        const says = [scenario, ...scenario.claims].some(({ requires }) => requires?.[what] === true);
        expect([scenario.id, what, says]).toEqual([scenario.id, what, asks]);
      }
    }
  });

  test('plans scenarios first, then every mutant with the claims it must fell', () => {
    const units = makePlan(scenarios, all);
    const mutants = scenarios.flatMap((scenario) => scenario.mutants);
    expect(units.filter(({ round }) => round === 0)).toHaveLength(scenarios.length);
    expect(units.filter(({ round }) => round > 0)).toHaveLength(mutants.length);
    const removed = units.find(({ planned }) => planned.mutant === 'hostNetwork-removed');
    expect(removed?.claims.map(({ id }) => id)).toContain('network-namespace');
    expect(JSON.stringify(removed?.objects.find(({ metadata }) => metadata.name === 'pod-hn'))).not.toContain(
      'hostNetwork',
    );
  });

  test('a mutant changes a copy: the scenario itself stays as written', () => {
    const before = JSON.stringify(scenarios.map(({ objects }) => objects));
    makePlan(scenarios, all);
    expect(JSON.stringify(scenarios.map(({ objects }) => objects))).toBe(before);
  });

  test('what one node cannot show is planned as skipped, with the reason', () => {
    const [hostPort] = makePlan(scenarios, {
      ids: ['host-port'],
      mutants: false,
      offer: { ...offer, schedulableNodes: 1 },
    });
    expect(
      hostPort?.planned.claims.every(
        ({ skip }) => skip === 'needs 2 nodes that take pods, the cluster has 1',
      ),
    ).toBe(true);
  });

  test('one seed is one order, another seed another', () => {
    const order = (shuffle: number): string =>
      makePlan(scenarios, { ...all, shuffle })
        .map(({ planned }) => `${planned.scenario}~${planned.mutant ?? ''}`)
        .join(' ');
    expect(order(7)).toBe(order(7));
    expect(order(7)).not.toBe(order(8));
    expect(order(7).split(' ').sort()).toEqual(order(8).split(' ').sort());
  });

  test('a tag that no scenario has is a mistake, not an empty run', () => {
    expect(() => makePlan(scenarios, { ...all, tags: ['kore'] })).toThrow('No scenario has the tag kore.');
  });

  test('an unknown id names the known ones', () => {
    expect(() => makePlan(scenarios, { ...all, ids: ['host-netwrok'] })).toThrow(
      'There is no scenario "host-netwrok"',
    );
  });
});

describe('makePlan with pods that are there already', () => {
  const [base] = scenarios;
  if (base === undefined) throw new Error('no scenario');
  const [first] = base.claims;
  if (first === undefined) throw new Error('no claim');
  const scenario: LoadedScenario = {
    ...base,
    objects: base.objects.filter(({ metadata }) => ['pod-hn', 'pod-without-hn'].includes(metadata.name)),
    existing: {
      etcd: { namespace: 'kube-system', find: isCalled('etcd'), otherwise: 'etcd runs outside pods here' },
    },
    standIns: ['pod-hn'],
    claims: [{ ...first, subject: 'etcd', partners: [] }],
    mutants: [{ id: 'stand-in', change: 'a pod of ours instead', fells: [first.id], subject: 'pod-hn' }],
  };
  const plan = (pods: readonly Pod[]): readonly Unit[] =>
    makePlan([scenario], { ...all, offer: { ...offer, pods } });
  const namesOf = (unit: Unit | undefined): unknown => unit?.objects.map(({ metadata }) => metadata.name);

  test('finds them by what they are, in their namespace only', () => {
    const [unit] = plan([existing('etcd', 'kube-system'), existing('etcd', 'default')]);
    expect(unit?.existing.get('etcd')?.metadata.namespace).toBe('kube-system');
    expect(unit?.planned.claims[0]?.skip).toBeUndefined();
  });

  test('one can be told by the other pods of its namespace, and by no others', () => {
    const alone = { namespace: 'kube-system', otherwise: 'two of them', find: isAlone };
    const chosen = makePlan([{ ...scenario, existing: { etcd: alone } }], {
      ...all,
      offer: { ...offer, pods: [existing('etcd', 'kube-system'), existing('etcd', 'default')] },
    });
    expect(chosen[0]?.planned.claims[0]?.skip).toBeUndefined();
    const two = [existing('etcd', 'kube-system'), existing('etcd-2', 'kube-system')];
    const [unit] = makePlan([{ ...scenario, existing: { etcd: alone } }], {
      ...all,
      offer: { ...offer, pods: two },
    });
    expect(unit?.planned.claims[0]?.skip).toBe('two of them');
  });

  test('a claim about one that is not there is skipped with the reason, its mutant with a stand-in is not', () => {
    const [unit, mutant] = plan([]);
    expect(unit?.planned.claims[0]?.skip).toBe('etcd runs outside pods here');
    expect(mutant?.planned.claims[0]?.skip).toBeUndefined();
  });

  test('a stand-in exists only in the mutant that names it, where it is the subject', () => {
    const [unit, mutant] = plan([existing('etcd', 'kube-system')]);
    expect(namesOf(unit)).toEqual(['pod-without-hn']);
    expect(namesOf(mutant)).toEqual(['pod-hn', 'pod-without-hn']);
    expect(mutant?.claims[0]?.subject).toBe('pod-hn');
  });
});

function isCalled(name: string): (pod: Pod) => boolean {
  return ({ metadata }) => metadata.name === name;
}

function isAlone(_pod: Pod, pods: readonly Pod[]): boolean {
  return pods.length === 1;
}

function existing(name: string, namespace: string): Pod {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace }, spec: { containers: [] } };
}

describe('checkDefinition', () => {
  const [good] = scenarios;
  if (good === undefined) throw new Error('no scenario');
  const messages = (change: Partial<typeof good>): string =>
    [
      ...checkDefinition({ ...good, ...change }, 'f.ts', 'host-network'),
      ...checkExperiment({ ...good, ...change }, 'f.ts'),
    ]
      .map(({ message }) => message)
      .join('\n');

  test.each([
    [
      'a claim without a mutant',
      { mutants: good.mutants.map((mutant) => ({ ...mutant, fells: ['interfaces'] })) },
      'has no mutant that must turn it red',
    ],
    [
      'a mutant that changes nothing',
      {
        mutants: [
          ...good.mutants,
          { id: 'noop', change: 'nothing', fells: ['interfaces'], mutate: () => undefined },
        ],
      },
      'mutant noop changes nothing',
    ],
    [
      'a subject that does not exist',
      { claims: good.claims.map((claim) => ({ ...claim, subject: 'pod-x' })) },
      'subject pod-x is neither in the manifest nor under existing',
    ],
    [
      'a claim that is its own control',
      { claims: good.claims.map((claim) => ({ ...claim, control: claim.subject })) },
      'subject and control are the same',
    ],
    [
      'a control that differs in more than the field under test',
      {
        objects: good.objects.map((object) =>
          object.metadata.name === 'pod-hn'
            ? { ...object, spec: { hostNetwork: true, hostPID: true, hostIPC: true, containers: [] } }
            : object,
        ),
      },
      'must differ in the field under test only, they differ in containers',
    ],
    ['no claim', { claims: [] }, 'has no claim'],
    ['another id than the folder', { id: 'host-net' }, 'must equal the folder'],
  ])('refuses %s', (_name, change, expected) => {
    expect(messages(change)).toContain(expected);
  });
});

describe('checkHostPorts', () => {
  const hostPort = scenarios.find(({ id }) => id === 'host-port');
  if (hostPort === undefined) throw new Error('no scenario host-port');

  test('a number that another scenario has, in a manifest or in a mutant, is refused', () => {
    const other: LoadedScenario = { ...hostPort, id: 'other', folder: 'scenarios/99-other' };
    expect(checkHostPorts([hostPort, other]).map(({ message }) => message)).toEqual([
      'hostPort 9000 belongs to scenario host-port: take another one.',
      'hostPort 9001 belongs to scenario host-port: take another one.',
    ]);
  });

  test('several units with one number need a lock', () => {
    expect(checkHostPorts([{ ...hostPort, locks: [] }]).map(({ message }) => message)).toEqual([
      'several units use hostPort 9000: locks must name it.',
    ]);
    expect(checkHostPorts([hostPort])).toEqual([]);
  });
});
