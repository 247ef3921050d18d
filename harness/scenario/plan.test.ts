import { describe, expect, test } from '@jest/globals';
import { resolvePlaces } from '../config/places.ts';
import { checkDefinition, checkExperiment } from './check-definition.ts';
import { loadScenarios } from './load.ts';
import { makePlan } from './plan.ts';

const scenarios = await loadScenarios(resolvePlaces({}).scenarios, { asAuthor: true });
const all = { ids: [], mutants: true, schedulableNodes: 2 };

describe('the scenarios of this repository', () => {
  test('each has claims, controls and at least two mutants, and no mistake', () => {
    expect(scenarios.map(({ id }) => id)).toEqual([
      'host-network',
      'host-port',
      'host-pid-ipc',
      'run-as-guest',
      'run-as-non-root',
      'privileged-dev',
    ]);
    expect(scenarios.every(({ mutants }) => mutants.length >= 2)).toBe(true);
  });
});

describe('makePlan', () => {
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
    const [hostPort] = makePlan(scenarios, { ids: ['host-port'], mutants: false, schedulableNodes: 1 });
    expect(
      hostPort?.planned.claims.every(
        ({ skip }) => skip === 'needs 2 nodes that take pods, the cluster has 1',
      ),
    ).toBe(true);
  });

  test('an unknown id names the known ones', () => {
    expect(() => makePlan(scenarios, { ...all, ids: ['host-netwrok'] })).toThrow(
      'There is no scenario "host-netwrok"',
    );
  });
});

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
      'subject pod-x is not in the manifest',
    ],
    [
      'a claim that is its own control',
      { claims: good.claims.map((claim) => ({ ...claim, control: claim.subject })) },
      'subject and control are the same pod',
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
