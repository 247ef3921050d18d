import { expect, test } from '@jest/globals';
import { makesNodesOf } from './kill-orphans.ts';

const name = 'podproof-0a0b0c';
const CREATED = 'created_by.minikube.sigs.k8s.io=true';
const label = (of: string): string => `name.minikube.sigs.k8s.io=${of}`;

// The docker commands are those of minikube v1.38 (pkg/drivers/kic/oci), without flags that do not matter here.
test.each([
  [true, ['minikube', 'start', '--profile', name, '--output=json']],
  [true, ['docker', 'run', '-d', '-t', '--privileged', '--label', CREATED, '--label', label(name)]],
  [true, ['docker', 'run', '--name', `${name}-m02`, '--label', label(`${name}-m02`), 'image']],
  [true, ['docker', 'volume', 'create', name, '--label', label(name), '--label', CREATED]],
  [true, ['docker', 'network', 'create', '--driver=bridge', `--label=${CREATED}`, `--label=${label(name)}`]],
  [false, ['minikube', 'start', '--profile', `${name}1`]],
  [false, ['minikube', 'delete', '--profile', name]],
  [false, ['docker', 'run', '--label', label(`${name}0`)]],
  [false, ['docker', 'run', '--label', label('minikube')]],
  [false, ['docker', 'logs', name]],
  [false, ['vim', `${name}.md`]],
  [false, ['']],
])('%s for %j', (expected, argv) => {
  expect(makesNodesOf(name, argv)).toBe(expected);
});
