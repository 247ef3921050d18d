import { describe, expect, test } from '@jest/globals';
import { runSettings } from './settings.ts';

describe('runSettings', () => {
  test('has defaults for everything', () => {
    expect(runSettings({}, {})).toEqual({
      ids: [],
      only: [],
      provider: 'kind',
      everyNode: false,
      atOnce: 2,
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

  test('without a word about it a provider makes as many nodes as it can show most with', () => {
    expect(runSettings({ provider: 'k3s' }, {}).nodes).toBe(1);
    expect(runSettings({ provider: 'minikube' }, {}).nodes).toBe(3);
    expect(runSettings({ provider: 'k3s', nodes: 2 }, {}).nodes).toBe(2);
  });

  test('all mistakes are told at once, each with where it came from', () => {
    const mistake = (): unknown => runSettings({ ids: ['../etc'], image: '-rf' }, { PODPROOF_NODES: 'many' });
    expect(mistake).toThrow(/PODPROOF_NODES "many"/);
    expect(mistake).toThrow(/--ids \["..\/etc"\]/);
  });

  test('an image and a version of Kubernetes cannot both be asked for; a flag wins over the other’s variable', () => {
    expect(() => runSettings({ image: 'mine:v1', kubernetes: '1.36' }, {})).toThrow('--kubernetes "1.36"');
    const variables = { PODPROOF_IMAGE: 'mine:v1', PODPROOF_KUBERNETES: '1.36' };
    expect(() => runSettings({}, variables)).toThrow(
      'PODPROOF_KUBERNETES "1.36": the node image has its own',
    );
    expect(runSettings({ kubernetes: '1.37' }, variables)).toMatchObject({ kubernetes: '1.37' });
    expect(runSettings({ kubernetes: '1.37' }, variables)).not.toHaveProperty('image');
    expect(runSettings({ image: 'other:v1' }, variables)).not.toHaveProperty('kubernetes');
  });

  test.each(['1.36.3', 'v1.36', '2', 'latest'])('refuses %j as a minor version', (kubernetes) => {
    expect(() => runSettings({ kubernetes }, {})).toThrow('a minor version is needed');
  });

  test.each(['--kubeconfig=x', '$(id)', 'a b', 'a;b'])('refuses %j as an image', (image) => {
    expect(() => runSettings({ image }, {})).toThrow('not an image reference');
  });

  test.each([
    [{ context: 'mine' }, /--context means nothing with the provider kind/],
    [{ iOwnThisCluster: true, allowServer: ['a'] }, /--i-own-this-cluster, --allow-server/],
    [
      { provider: 'attached', nodes: 2, keep: true },
      /--nodes, --keep means nothing with the provider attached/,
    ],
  ])('a flag that would be passed over is a mistake: %j', (flags, message) => {
    expect(() => runSettings(flags, {})).toThrow(message);
  });

  test('servers are allowed by flags, or in the environment separated by commas; numbers of nodes there mean others', () => {
    const env = { PODPROOF_ALLOW_SERVERS: 'a.example,10.0.0.1:6443', PODPROOF_NODES: '2' };
    const flags = { provider: 'attached', context: 'mine' };
    expect(runSettings(flags, env).allowServer).toEqual(['a.example', '10.0.0.1:6443']);
    expect(runSettings({ ...flags, allowServer: ['b'] }, env).allowServer).toEqual(['b']);
    expect(() => runSettings({ ...flags, allowServer: ['https://b'] }, {})).toThrow(
      'not a host or host:port',
    );
  });
});
