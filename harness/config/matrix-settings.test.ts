import { describe, expect, test } from '@jest/globals';
import { matrixSettings } from './matrix-settings.ts';

describe('matrixSettings', () => {
  test('has defaults, some of the environment; versions are all that there are', () => {
    expect(matrixSettings({ ids: [] }, {})).toMatchObject({
      ...{ providers: [{ name: 'kind', nodes: [3] }], kubernetes: [], fresh: false, compare: [] },
    });
    const env = {
      PODPROOF_NODES: '2',
      PODPROOF_KUBERNETES: '1.36',
      PODPROOF_IMAGE: 'mine:v1',
      PODPROOF_TIMEOUT: '9',
    };
    expect(matrixSettings({ ids: [] }, env)).toMatchObject({
      providers: [{ name: 'kind', nodes: [2] }],
      kubernetes: [],
      run: { timeout: 9 },
    });
    expect(matrixSettings({ ids: [] }, env).run).not.toHaveProperty('image');
  });

  test('leaves the number of nodes to each provider', () => {
    expect(matrixSettings({ provider: 'kind,k3s' }, {}).providers).toEqual([
      { name: 'kind', nodes: [3] },
      { name: 'k3s', nodes: [1] },
    ]);
  });

  test('takes lists, each value once', () => {
    expect(matrixSettings({ kubernetes: '1.36,1.37,1.36', nodes: '1,3', name: 'nightly' }, {})).toMatchObject(
      {
        kubernetes: ['1.36', '1.37'],
        providers: [{ name: 'kind', nodes: [1, 3] }],
        name: 'nightly',
      },
    );
  });

  test.each<[string, Record<string, unknown>]>([
    ['--kubernetes "1.36.3"', { kubernetes: '1.37,1.36.3' }],
    ['--nodes "many"', { nodes: '3,many' }],
    ['--provider "docker"', { provider: 'kind,docker' }],
    ['a value is missing', { nodes: '3,' }],
    ['--name "../etc"', { name: '../etc' }],
    ['two results or more', { compare: ['a.json'] }],
  ])('%s is refused', (message, flags) => {
    expect(() => matrixSettings(flags, {})).toThrow(message);
  });
});
