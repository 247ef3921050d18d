import { expect, test } from '@jest/globals';
import { startFlags, type Start } from './start-argv.ts';

const START: Start = {
  nodes: 2,
  ...{ image: undefined, kubernetes: undefined, own: undefined, isRoot: false },
};
const versionIn = (start: Partial<Start>): readonly string[] =>
  startFlags({ ...START, ...start }).filter((word) => word.startsWith('--kubernetes-version'));

test('minikube chooses its version, or takes the minor that was asked for; our own image has one', () => {
  expect(versionIn({})).toEqual([]);
  expect(versionIn({ kubernetes: '1.36' })).toEqual(['--kubernetes-version=1.36']);
  const own = { kubernetesVersion: 'v1.36.3', cniManifest: '/cni.yaml' };
  expect(versionIn({ kubernetes: '1.36', own })).toEqual(['--kubernetes-version=v1.36.3']);
});
