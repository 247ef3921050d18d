import { describe, expect, test } from '@jest/globals';
import type { Json } from '../../core/json.ts';
import { portTrait } from './port-trait.ts';
import { capabilityWords, DEFAULT_CAPABILITIES } from './capability-words.ts';
import { causeOf } from './causes.ts';
import { dangerOf, steersTheNode, worst } from './danger.ts';
import { findingsOf } from './findings.ts';
import type { Trait, TraitKind } from './trait.ts';

const trait = (kind: TraitKind, value: Json, about = '', text = `${kind} ${about}`): Trait => ({
  kind,
  about,
  text,
  value,
});
const shared = (about: string): Trait =>
  trait('namespace', { shared: true, namespace: 'net:[1]' }, about, `shares the node's ${about} namespace`);
const own = (about: string, namespace = 'net:[2]'): Trait =>
  trait('namespace', { shared: false, namespace }, about, `own ${about} namespace`);
const POD = { spec: { hostNetwork: true, containers: [{ name: 'web' }] } };

describe('findingsOf', () => {
  test('says field, finding and control in one sentence, the worst first', () => {
    const findings = findingsOf(
      [
        {
          container: 'web',
          subject: [
            own('ipc', 'ipc:[3]'),
            shared('net'),
            trait('capabilities', { effective: ['SYS_ADMIN'], bounding: ['SYS_ADMIN'] }),
          ],
          control: [
            own('ipc', 'ipc:[4]'),
            own('net'),
            trait('capabilities', { effective: [], bounding: [] }, '', 'none'),
          ],
        },
      ],
      POD,
    );
    expect(findings.map(({ kind, about, danger, differs }) => [kind, about, danger, differs])).toEqual([
      ['capabilities', '', 'node', true],
      ['namespace', 'net', 'serious', true],
      ['namespace', 'ipc', 'none', false],
    ]);
    expect(findings[1]?.sentence).toBe(
      "hostNetwork: true → shares the node's net namespace; the control does not",
    );
    expect(findings[2]?.sentence).toBe('own ipc namespace; so does the control');
  });

  test('fifty containers with the same finding share it, one that differs has its own', () => {
    const compared = Array.from({ length: 50 }, (_, index) => ({
      container: `c${String(index)}`,
      subject: [
        trait('seccomp', index === 7 ? 2 : 0, '', index === 7 ? 'seccomp filter' : 'no seccomp filter'),
      ],
      control: [trait('seccomp', 0, '', 'no seccomp filter')],
    }));
    const findings = findingsOf(compared, POD);
    expect(findings.map(({ containers }) => containers.length)).toEqual([49, 1]);
    expect(findings[1]).toMatchObject({ containers: ['c7'], differs: true });
  });

  test('without a control nothing is the manifest’s doing; without a control that ran only what no pod has by default', () => {
    const subject = [shared('net'), shared('user'), trait('identity', { inPod: { uid: 0 } })];
    const danger = (control: 'the same pod' | 'not looked at'): readonly string[] =>
      findingsOf([{ container: 'web', subject, control }], POD).map((finding) => finding.danger);
    expect(danger('the same pod')).toEqual(['none', 'none', 'none']);
    expect(danger('not looked at')).toEqual(['serious', 'none', 'none']);
  });
});

describe('dangerOf', () => {
  const capabilities = (bounding: string[], effective = bounding): Trait =>
    trait('capabilities', { bounding, effective });
  test.each([
    ['what the control has too', shared('net'), shared('net'), 'none'],
    ['a capability that is a default one', capabilities(['CHOWN']), capabilities([]), 'none'],
    ['NET_ADMIN', capabilities(['CHOWN', 'NET_ADMIN']), capabilities(['CHOWN']), 'serious'],
    ['SYS_ADMIN', capabilities(['SYS_ADMIN']), capabilities([]), 'node'],
    [
      'SYS_ADMIN of a user that has nothing in effect',
      capabilities(['SYS_ADMIN'], []),
      capabilities([]),
      'serious',
    ],
    [
      'devices it can only see',
      trait('devices', { beyondDefault: ['b 8:0 /dev/sda'], usable: false }),
      trait('devices', { beyondDefault: [] }),
      'notable',
    ],
    [
      'disks',
      trait('devices', { beyondDefault: ['b 8:0 /dev/sda'], usable: true }),
      trait('devices', { beyondDefault: [] }),
      'node',
    ],
    [
      'a character device',
      trait('devices', { beyondDefault: ['c 10:229 /dev/fuse'], usable: true }),
      undefined,
      'serious',
    ],
  ] as const)('%s', (_, subject, control, danger) => expect(dangerOf(subject, control)).toBe(danger));

  test.each([
    ['/', { read: true, write: true }, 'directory', 'node'],
    ['/etc', { read: true, write: false }, 'directory', 'serious'],
    ['/etc', { read: false, write: false }, 'directory', 'notable'],
    ['/srv/data', { read: true, write: true }, 'directory', 'serious'],
    ['/srv/docker.sock', { read: true, write: true }, 'socket', 'node'],
    ['/srv/data', { read: true, write: false }, 'directory', 'notable'],
  ])('hostPath %s with %j of a %s', (hostPath, access, type, danger) => {
    expect(dangerOf(trait('host path', { hostPath, access, file: { type } }, '/x'), undefined)).toBe(danger);
  });

  test('two ranges of ids that nobody else has are the same, two users are not', () => {
    const ids = (uid: number, onNode: number): Trait =>
      trait('identity', { inPod: { uid }, onNode: { uid: onNode }, mapped: true });
    expect(dangerOf(ids(0, 100_000), ids(0, 200_000))).toBe('none');
    expect(dangerOf(ids(0, 100_000), ids(405, 200_405))).toBe('notable');
  });
});

test.each([
  '/',
  '//',
  '/etc/',
  '/var/run/docker.sock',
  '/var/lib/kubelet/pods',
  '/var/lib',
  '/home',
  '/proc/1/root',
  '/var/log',
])('%s steers the node', (path) => expect(steersTheNode(path)).toBe(true));
test.each(['/etcetera', '/data', '/var/lib/mysql', '/home/me', '/srv', '/var/log/app'])(
  '%s does not',
  (path) => expect(steersTheNode(path)).toBe(false),
);
test('the worst of several', () => {
  expect(worst(['none', 'serious', 'notable'])).toBe('serious');
  expect(worst([])).toBe('none');
});

describe('causeOf', () => {
  const container = {
    name: 'c',
    securityContext: { privileged: true, capabilities: { drop: ['ALL'], add: ['NET_ADMIN'] } },
    volumeMounts: [{ name: 'd', mountPath: '/dev' }],
  };
  const pod = {
    spec: {
      hostPID: true,
      securityContext: { runAsUser: 405, seccompProfile: { type: 'RuntimeDefault' } },
      volumes: [{ name: 'd', hostPath: { path: '/dev' } }],
      containers: [container, { name: 'plain', volumeMounts: [{ name: 'd' }] }],
    },
  };
  test.each([
    ['namespace', 'pid', 'c', 'hostPID: true'],
    ['namespace', 'net', 'c', undefined],
    ['capabilities', '', 'c', 'privileged: true'],
    ['devices', '', 'plain', 'hostPath /dev'],
    ['identity', '', 'c', 'runAsUser: 405'],
    ['seccomp', '', 'plain', 'seccompProfile: RuntimeDefault'],
    ['/sys', '', 'c', 'privileged: true'],
    ['/sys', '', 'plain', undefined],
    ['host path', '/dev', 'c', 'hostPath /dev'],
    ['host port', '9000', undefined, 'hostPort: 9000'],
  ] as const)('%s %s of %s: %s', (kind, about, name, because) => {
    expect(causeOf(trait(kind, null, about), pod, name)).toBe(because);
  });
});

test('capabilities are told against what is usual and what the node has', () => {
  const node = [...DEFAULT_CAPABILITIES, 'SYS_ADMIN', 'SYS_TIME', 'NET_ADMIN'];
  const words = (...names: string[]): string => capabilityWords(names, node);
  expect(words(...node)).toBe('all 17 capabilities of the node');
  expect(words(...DEFAULT_CAPABILITIES)).toBe('the 14 default capabilities');
  expect(words(...DEFAULT_CAPABILITIES, 'SYS_TIME')).toBe('the 14 default capabilities and SYS_TIME');
  expect(words(...DEFAULT_CAPABILITIES.filter((name) => name !== 'CHOWN'), 'SYS_TIME')).toBe(
    'the default capabilities without CHOWN and SYS_TIME',
  );
  expect(words('NET_BIND_SERVICE')).toBe('only NET_BIND_SERVICE');
  expect(words()).toBe('no capability');
});

test('a host port tells from where it answers', () => {
  const port = { container: 'c', hostPort: 9000, containerPort: 8080, protocol: 'TCP', hostIP: '' };
  const asked = portTrait(port, { onNode: 'answers', fromOtherNode: 'answers', fromOutside: 'refused' });
  expect(asked.text).toBe(
    'port 9000 of the node → 8080: answers on the node, from another node; refused from outside',
  );
  const local = portTrait(
    { ...port, hostIP: '127.0.0.1', containerPort: 9000 },
    { onNode: null, fromOtherNode: null, fromOutside: null },
  );
  expect(local).toMatchObject({
    about: '127.0.0.1:9000',
    text: 'port 127.0.0.1:9000 of the node: could not be asked',
  });
});
