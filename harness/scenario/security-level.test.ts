import { describe, expect, test } from '@jest/globals';
import type { KubeObject } from '../core/kube.ts';
import { levelFor } from './security-level.ts';

function pod(spec: object, container: object = {}): KubeObject {
  const containers = [{ name: 'main', image: 'x', ...container }];
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'web' }, spec: { containers, ...spec } };
}

function workload(template: KubeObject): KubeObject {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { template } };
}

describe('the level of a namespace', () => {
  test.each<[string, KubeObject]>([
    ['a plain pod', pod({})],
    [
      'any user, also root',
      pod({ securityContext: { runAsUser: 0 } }, { securityContext: { runAsUser: 405 } }),
    ],
    ['a port without a port of the node', pod({}, { ports: [{ containerPort: 8080 }] })],
    ['a user namespace', pod({ hostUsers: false, hostNetwork: false })],
    ['a capability that everybody has', pod({}, { securityContext: { capabilities: { add: ['CHOWN'] } } })],
    ['a volume that is no folder of the node', pod({ volumes: [{ name: 'v', emptyDir: {} }] })],
    ['no pod at all', { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { ports: [] } }],
  ])('is baseline for %s', (_, object) => {
    expect(levelFor([object])).toBe('baseline');
    expect(levelFor([workload(object)])).toBe('baseline');
  });

  test.each<[string, KubeObject]>([
    ['hostNetwork', pod({ hostNetwork: true })],
    ['hostPID', pod({ hostPID: true })],
    ['hostIPC', pod({ hostIPC: true })],
    ['hostPath', pod({ volumes: [{ name: 'v', hostPath: { path: '/dev' } }] })],
    ['hostPort', pod({}, { ports: [{ containerPort: 8080, hostPort: 9000 }] })],
    ['privileged', pod({}, { securityContext: { privileged: true } })],
    ['privileged, at first', pod({ initContainers: [{ securityContext: { privileged: true } }] })],
    ['another capability', pod({}, { securityContext: { capabilities: { add: ['NET_ADMIN'] } } })],
    ['no seccomp filter', pod({ securityContext: { seccompProfile: { type: 'Unconfined' } } })],
    ['the whole of /proc', pod({}, { securityContext: { procMount: 'Unmasked' } })],
  ])('is privileged for %s, alone or beside others, in a workload too', (_, object) => {
    expect(levelFor([pod({}), object])).toBe('privileged');
    expect(levelFor([workload(object)])).toBe('privileged');
  });
});
