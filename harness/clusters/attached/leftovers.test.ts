import { describe, expect, test } from '@jest/globals';
import type { Census, CountedObject } from '../../core/census.ts';
import { clusterChanges, keptCensus } from './leftovers.ts';

const census = (objects: Readonly<Record<string, CountedObject>>): Census => ({
  objects: new Map(Object.entries(objects)),
  unlisted: [],
});
const object = (title: string, digest = 'a', marked = false): CountedObject => ({ title, digest, marked });

describe('clusterChanges', () => {
  const before = keptCensus(
    census({
      1: object('Node a'),
      2: object('Pod b'),
      3: object('Namespace old', 'a', true),
      4: object('ConfigMap c'),
    }),
  );

  test('nothing, where nothing changed', () => {
    const after = {
      1: object('Node a'),
      2: object('Pod b'),
      3: object('Namespace old', 'a', true),
      4: object('ConfigMap c'),
    };
    expect(clusterChanges(before, census(after))).toEqual({ leftovers: [], meanwhile: [] });
  });

  test('ours is what carries a mark that it did not carry before; the rest happened meanwhile', () => {
    const after = {
      1: object('Node a', 'b', true),
      3: object('Namespace old', 'b', true),
      4: object('ConfigMap c', 'a', true),
      5: object('Namespace podproof-1', 'a', true),
      6: object('Pod of others'),
    };
    expect(clusterChanges(before, census(after))).toEqual({
      leftovers: ['ConfigMap c was written to', 'Namespace podproof-1 is new', 'Node a changed'],
      meanwhile: ['Namespace old changed', 'Pod b is gone', 'Pod of others is new'],
    });
  });

  test('what could not be listed afterwards is not gone, and said to be not compared', () => {
    const was = keptCensus(
      census({
        '/api/v1/pods 1': object('Pod a'),
        '/apis/apps/v1/deployments 2': object('Deployment b'),
        '/apis/x.example/v1/things 3': object('Thing c'),
      }),
    );
    const unlisted = [
      '/apis/apps/v1/deployments: HTTP 403: no',
      '/apis/x.example/v1: HTTP 503: away',
      '/apis/apps/v1/other: HTTP 403: never any',
    ];
    expect(clusterChanges(was, { objects: new Map(), unlisted }).meanwhile).toEqual([
      '/apis/apps/v1/deployments: HTTP 403: no (not compared)',
      '/apis/x.example/v1: HTTP 503: away (not compared)',
      'Pod a is gone',
    ]);
  });
});
