import { describe, expect, test } from '@jest/globals';
import { forPodSecurity, onNode, serviceAccountOf, subjectOf } from './subject.ts';

const options = { name: 'web', namespace: 'ours', labels: { 'podproof.dev/run': 'r' }, lifeSeconds: 180 };

describe('subjectOf', () => {
  test('adds a namespace, labels and an end to its life, and nothing else', () => {
    const template = { metadata: { name: 'web', labels: { app: 'x' } }, spec: { hostPID: true } };
    expect(subjectOf(template, options)).toEqual({
      object: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'web', namespace: 'ours', labels: { app: 'x', 'podproof.dev/run': 'r' } },
        spec: { hostPID: true, activeDeadlineSeconds: 180 },
      },
      changes: [],
    });
  });

  test('what would keep the pod from going away, or let others delete it, is left out and told', () => {
    const metadata = {
      name: 'other',
      namespace: 'kube-system',
      finalizers: ['example.com/never'],
      ownerReferences: [{ kind: 'Node' }],
      resourceVersion: '7',
      uid: 'u',
    };
    const { object, changes } = subjectOf({ metadata, spec: {} }, options);
    expect(object['metadata']).toEqual({ name: 'web', namespace: 'ours', labels: options.labels });
    expect(changes).toEqual([
      'namespace kube-system → ours',
      'name other → web, because another pod has it',
      'metadata.finalizers left out',
      'metadata.ownerReferences left out',
      'fields that the server sets left out',
    ]);
  });

  test.each([
    [60, 60],
    [3600, 180],
    ['oops', 'oops'],
  ])('a life of %p seconds in the manifest becomes %p', (own, becomes) => {
    const { object } = subjectOf({ spec: { activeDeadlineSeconds: own } }, options);
    expect(object['spec']).toEqual({
      activeDeadlineSeconds: becomes === 180 && own === 'oops' ? own : becomes,
    });
  });

  test('a spec that is no object, or not there, is for the server to refuse', () => {
    expect(subjectOf({ spec: 'x' }, options).object['spec']).toBe('x');
    expect('spec' in subjectOf({}, options).object).toBe(false);
  });
});

test('Pod Security is asked without references that other plugins look for first', () => {
  const spec = { serviceAccountName: 'x', runtimeClassName: 'y', priorityClassName: 'z', hostPID: true };
  expect(forPodSecurity({ kind: 'Pod', spec })).toEqual({ kind: 'Pod', spec: { hostPID: true } });
});

test('a control goes to the subject’s node through the scheduler, unless the manifest left that out itself', () => {
  expect(onNode({ spec: { nodeSelector: { disk: 'ssd' } } }, 'w1')).toEqual({
    spec: { nodeSelector: { disk: 'ssd', 'kubernetes.io/hostname': 'w1' } },
  });
  expect(onNode({ spec: { nodeName: 'w2' } }, 'w1')).toEqual({ spec: { nodeName: 'w2' } });
});

test('only a service account that is not the default one has to be there', () => {
  expect(serviceAccountOf({ spec: { serviceAccountName: 'tiller' } })).toBe('tiller');
  expect(serviceAccountOf({ spec: { serviceAccount: 'default' } })).toBeUndefined();
  expect(serviceAccountOf({})).toBeUndefined();
});
