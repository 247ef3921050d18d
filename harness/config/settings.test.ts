import { describe, expect, test } from '@jest/globals';
import { runSettings } from './settings.ts';

describe('runSettings', () => {
  test('has defaults for everything', () => {
    expect(runSettings({}, {})).toEqual({
      ids: [],
      only: [],
      provider: 'kind',
      iOwnThisCluster: false,
      allowServer: [],
      allowExecPlugin: false,
      nodes: 3,
      mutants: false,
      keep: false,
      fresh: false,
      jest: true,
      strict: false,
      allowRemoteDocker: false,
      verbose: false,
      color: true,
      timeout: 60,
    });
  });

  test('a flag wins over the environment, the environment over the default', () => {
    expect(runSettings({}, { PODPROOF_NODES: '2' }).nodes).toBe(2);
    expect(runSettings({ nodes: 4 }, { PODPROOF_NODES: '2' }).nodes).toBe(4);
  });

  test('all mistakes are told at once, each with where it came from', () => {
    const mistake = (): unknown => runSettings({ ids: ['../etc'], image: '-rf' }, { PODPROOF_NODES: 'many' });
    expect(mistake).toThrow(/PODPROOF_NODES "many"/);
    expect(mistake).toThrow(/--ids \["..\/etc"\]/);
  });

  test.each(['--kubeconfig=x', '$(id)', 'a b', 'a;b'])('refuses %j as an image', (image) => {
    expect(() => runSettings({ image }, {})).toThrow('not an image reference');
  });
});
