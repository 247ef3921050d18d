import { describe, expect, test } from '@jest/globals';
import { assignNames } from './assign-names.ts';
import { sortDocuments } from './sort-documents.ts';

const at = (
  object: Record<string, unknown>,
  file = 'x.yaml',
): { file: string; line: number; object: Record<string, unknown>; notes: string[] } => ({
  file,
  line: 1,
  object,
  notes: [],
});
const spec = { containers: [{ name: 'c', image: 'i' }] };
const named = (kind: string, apiVersion: string, rest: object = {}): Record<string, unknown> => ({
  apiVersion,
  kind,
  metadata: { name: kind.toLowerCase() },
  ...rest,
});

describe('sortDocuments', () => {
  test.each([
    ['Pod', 'v1', { spec }],
    ['Deployment', 'apps/v1', { spec: { template: { spec } } }],
    ['DaemonSet', 'extensions/v1beta1', { spec: { template: { spec } } }],
    ['ReplicationController', 'v1', { spec: { template: { spec } } }],
    ['Job', 'batch/v1', { spec: { template: { spec } } }],
    ['CronJob', 'batch/v1beta1', { spec: { jobTemplate: { spec: { template: { spec } } } } }],
    ['PodTemplate', 'v1', { template: { spec } }],
  ])('finds the pod of a %s', (kind, apiVersion, rest) => {
    const { pods } = sortDocuments([at(named(kind, apiVersion, rest))]);
    expect(pods).toMatchObject([{ origin: { kind }, template: { spec } }]);
    expect(pods[0]?.workload === undefined).toBe(kind === 'Pod');
  });

  test('a StatefulSet’s pod claims its volumes, named as the controller names them', () => {
    const { pods } = sortDocuments([
      at(
        named('StatefulSet', 'apps/v1', {
          spec: { template: { spec }, volumeClaimTemplates: [{ metadata: { name: 'data' } }] },
        }),
      ),
    ]);
    expect(pods[0]?.template).toEqual({
      spec: {
        ...spec,
        volumes: [{ name: 'data', persistentVolumeClaim: { claimName: 'data-statefulset-0' } }],
      },
    });
  });

  test('objects of other groups with a known kind are none of ours, and every other one has its reason', () => {
    const { pods, supporting, others } = sortDocuments([
      at(named('Job', 'batch.volcano.sh/v1alpha1')),
      at(named('Service', 'v1')),
      at(named('ClusterRole', 'rbac.authorization.k8s.io/v1')),
      at(named('Secret', 'v1')),
    ]);
    expect(pods).toEqual([]);
    expect(supporting).toHaveLength(1);
    expect(others.map(({ why }) => why)).toEqual([
      'podproof does not know pods in batch.volcano.sh/v1alpha1 Job',
      'a Service starts no pod; host ports are asked without it',
      'rights in the API are not granted',
    ]);
  });

  test('a workload without a template is still a pod: what is wrong with it, the server shall say', () => {
    expect(sortDocuments([at(named('Deployment', 'apps/v1', { spec: 'oops' }))]).pods).toMatchObject([
      { template: {} },
    ]);
  });
});

describe('assignNames', () => {
  const pod = (name: string, file: string): ReturnType<typeof at> =>
    at({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec }, file);

  test('the same name twice gets a number; a file with objects of its own gets a place of its own', () => {
    const sorted = sortDocuments([
      pod('web', 'a.yaml'),
      pod('web', 'b.yaml'),
      pod('web', 'c.yaml'),
      at(named('ConfigMap', 'v1'), 'c.yaml'),
    ]);
    const { pods, supporting } = assignNames(sorted);
    expect(pods.map(({ name, place }) => [name, place])).toEqual([
      ['web', 0],
      ['web-2', 0],
      ['web', 1],
    ]);
    expect([...supporting.keys()]).toEqual([1]);
  });

  test('long names stay within what Kubernetes allows, generated ones are completed, missing ones stay missing', () => {
    const long = 'a'.repeat(253);
    const sorted = sortDocuments([
      pod(long, 'a.yaml'),
      pod(long, 'a.yaml'),
      at({ apiVersion: 'v1', kind: 'Pod', metadata: { generateName: 'job-' } }),
      at({ apiVersion: 'v1', kind: 'Pod' }),
      at({ apiVersion: 'apps/v1', kind: 'Deployment' }),
    ]);
    const names = assignNames(sorted).pods.map(({ name }) => name);
    expect(names[1]).toHaveLength(253);
    expect(names[1]).toMatch(/^a+-2$/);
    expect(names.slice(2)).toEqual(['job-1', undefined, 'deployment']);
  });
});
