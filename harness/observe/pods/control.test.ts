import { describe, expect, test } from '@jest/globals';
import { controlOf } from './control.ts';

const controlled = (
  spec: Record<string, unknown>,
  metadata: Record<string, unknown> = {},
): { spec: unknown; removed: readonly string[]; metadata: unknown } => {
  const { template, removed } = controlOf({ metadata, spec });
  return { spec: template['spec'], metadata: template['metadata'], removed };
};
const container = (rest: object): Record<string, unknown> => ({
  containers: [{ name: 'web', image: 'i', ...rest }],
});

describe('controlOf', () => {
  test.each([
    ['hostNetwork: true', { hostNetwork: true }],
    ['hostPID: true', { hostPID: true }],
    ['hostIPC: true', { hostIPC: true }],
    ['hostUsers: true', { hostUsers: true }],
  ])('removes %s', (word, fields) => {
    expect(controlled({ ...fields, ...container({}) })).toMatchObject({
      spec: container({}),
      removed: [word],
    });
  });

  test.each([
    ['privileged: true', { privileged: true }],
    ['runAsUser: 0', { runAsUser: 0 }],
    ['procMount: Unmasked', { procMount: 'Unmasked' }],
    ['seccompProfile: Unconfined', { seccompProfile: { type: 'Unconfined' } }],
    ['appArmorProfile: Unconfined', { appArmorProfile: { type: 'Unconfined' } }],
    ['seLinuxOptions: {"type":"spc_t"}', { seLinuxOptions: { type: 'spc_t' } }],
    ['windowsOptions.hostProcess: true', { windowsOptions: { hostProcess: true } }],
    [
      'capabilities: add SYS_ADMIN, NET_ADMIN',
      { capabilities: { add: ['SYS_ADMIN', 'NET_ADMIN'], drop: ['CHOWN'] } },
    ],
  ])('removes %s from a container and says which', (word, security) => {
    const { spec, removed } = controlled(
      container({ securityContext: { ...security, readOnlyRootFilesystem: true } }),
    );
    expect(removed).toEqual([`container web: ${word}`]);
    const kept = 'capabilities' in security ? { capabilities: { drop: ['CHOWN'] } } : {};
    expect(spec).toEqual(container({ securityContext: { readOnlyRootFilesystem: true, ...kept } }));
  });

  test('what takes rights away stays: the control is not a stricter pod than the manifest', () => {
    const spec = {
      hostUsers: false,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, fsGroup: 2000 },
      nodeName: 'worker',
      tolerations: [{ operator: 'Exists' }],
      ...container({ securityContext: { allowPrivilegeEscalation: false, privileged: false } }),
    };
    expect(controlled(spec)).toMatchObject({ spec, removed: [] });
  });

  test('a hostPath becomes an empty directory at the same place, without the propagation only privileged pods may have', () => {
    const { spec, removed } = controlled({
      volumes: [
        { name: 'root', hostPath: { path: '/', type: 'Directory' } },
        { name: 'tmp', emptyDir: {} },
      ],
      ...container({
        volumeMounts: [
          { name: 'root', mountPath: '/host', mountPropagation: 'Bidirectional', readOnly: true },
          { name: 'tmp', mountPath: '/tmp' },
        ],
      }),
    });
    expect(removed).toEqual(['volume root: hostPath /']);
    expect(spec).toEqual({
      volumes: [
        { name: 'root', emptyDir: {} },
        { name: 'tmp', emptyDir: {} },
      ],
      ...container({
        volumeMounts: [
          { name: 'root', mountPath: '/host', readOnly: true },
          { name: 'tmp', mountPath: '/tmp' },
        ],
      }),
    });
  });

  test('a host port goes, the container’s own port stays; sysctls and old annotations go too', () => {
    const annotation = 'container.apparmor.security.beta.kubernetes.io/web';
    const { spec, removed, metadata } = controlled(
      {
        securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }] },
        ...container({ ports: [{ containerPort: 80, hostPort: 8080, hostIP: '127.0.0.1' }] }),
      },
      { annotations: { [annotation]: 'unconfined', other: 'stays' } },
    );
    expect(removed).toEqual([
      `annotation ${annotation}: unconfined`,
      'sysctl kernel.msgmax',
      'container web: hostPort: 8080',
    ]);
    expect(spec).toEqual({ securityContext: {}, ...container({ ports: [{ containerPort: 80 }] }) });
    expect(metadata).toEqual({ annotations: { other: 'stays' } });
  });

  test('init containers count like the others', () => {
    const init = { initContainers: [{ name: 'setup', securityContext: { privileged: true } }] };
    expect(controlled({ ...init, ...container({}) }).removed).toEqual(['container setup: privileged: true']);
  });

  test.each([
    [{ containers: 'oops', volumes: 7, securityContext: ['x'] }],
    [
      {
        containers: [
          null,
          3,
          { name: 7, ports: {}, volumeMounts: 'x', securityContext: { capabilities: 'ALL' } },
        ],
      },
    ],
    [{}],
  ])('what makes no sense is passed on for the server to refuse: %j', (spec) => {
    expect(controlled(spec)).toMatchObject({ spec, removed: [] });
  });
});
