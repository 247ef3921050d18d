import { describe, expect, test } from '@jest/globals';
import { ScriptedRunner } from '../../testing/scripted-runner.ts';
import type { ContainerFacts } from './container-facts.ts';
import {
  computeAccess,
  hostMountsOf,
  mayWriteInto,
  tryToWrite,
  type HostFile,
  type HostMount,
} from './host-paths.ts';

const mount: HostMount = { volume: 'v', hostPath: '/data/x', mountPath: '/host', readOnly: false };
const file = (mode: string, uid = 0, gid = 0, type = 'directory'): HostFile => ({ type, uid, gid, mode });
const process = (uid: number, over: Partial<ContainerFacts> = {}): ContainerFacts =>
  ({
    inPod: { uid, gid: uid, groups: [] },
    capEff: [],
    mounts: [{ target: '/host', type: 'ext4', writable: true }],
    ...over,
  }) as unknown as ContainerFacts;

describe('computeAccess', () => {
  test.each([
    ['root with its capabilities', process(0, { capEff: ['DAC_OVERRIDE'] }), file('000', 7, 7), 'rw'],
    ['root without them is nobody special', process(0), file('700', 7, 7), '--'],
    ['the owner', process(405), file('600', 405), 'rw'],
    ['an owner without rights, though others have them', process(405), file('077', 405, 405), '--'],
    ['the group', process(405, { inPod: { uid: 405, gid: 100, groups: [50] } }), file('060', 0, 50), 'rw'],
    ['others', process(405), file('755'), 'r-'],
    ['who may only search', process(405, { capEff: ['DAC_READ_SEARCH'] }), file('700'), 'r-'],
  ] as const)('%s', (_, facts, there, may) => {
    const { read, write, how } = computeAccess(there, mount, facts);
    expect([`${read ? 'r' : '-'}${write ? 'w' : '-'}`, how]).toEqual([may, 'computed']);
  });

  test('a read-only mount stops root too', () => {
    const mounts = [{ target: '/host', type: 'ext4', writable: false }];
    const root = process(0, { capEff: ['DAC_OVERRIDE'], mounts });
    expect(computeAccess(file('777'), { ...mount, mountPath: '/host/' }, root)).toMatchObject({
      read: true,
      write: false,
    });
  });
});

describe('mayWriteInto', () => {
  const into = (
    hostPath: string,
    over: Partial<HostMount> = {},
    there: HostFile | null = file('777'),
  ): boolean => mayWriteInto({ ...mount, hostPath, ...over }, there);

  test.each(['/tmp/x', '/var/tmp/x', '/mnt/disk', '/srv/www', '/data/db', '/opt/app', '/home/me'])(
    '%s is a place for data',
    (path) => expect(into(path)).toBe(true),
  );

  test.each([
    ...[
      '/',
      '/etc',
      '/etc/cron.d',
      '/root',
      '/proc',
      '/sys',
      '/dev',
      '/dev/shm',
      '/boot',
      '/run',
      '/var/run',
    ],
    ...[
      '/usr/bin',
      '/lib/modules',
      '/var/lib/kubelet',
      '/var/lib/docker',
      '/var/log',
      '/tmp',
      '/opt',
      '/home',
    ],
    ...['/data/../etc', 'data/x', '/opt/cni/../../etc'],
  ])('nothing is ever created in %s', (path) => expect(into(path)).toBe(false));

  test('only in directories, and only where the pod itself may write', () => {
    expect(into('/data/x', { readOnly: true })).toBe(false);
    expect(into('/data/x', {}, file('777', 0, 0, 'block special file'))).toBe(false);
    expect(into('/data/x', {}, null)).toBe(false);
  });
});

describe('tryToWrite', () => {
  test('folders travel as arguments, one answer comes for each', async () => {
    const runner = new ScriptedRunner(() => ({ stdout: 'try yes\ntry no\ntry left\n' }));
    expect(await tryToWrite(runner, ['/a b', '$(id)', '/c'], 'n')).toEqual(['yes', 'no', 'left']);
    expect(runner.calls[0]?.argv.slice(3)).toEqual(['podproof', '.podproof-n', '/a b', '$(id)', '/c']);
  });

  test('a container that says something else, or has no shell, has not answered', async () => {
    const liar = new ScriptedRunner(() => ({ stdout: 'try yes\n' }));
    await expect(tryToWrite(liar, ['/a', '/b'], 'n')).rejects.toThrow('did not say what it may do');
    const distroless = new ScriptedRunner(() => ({ notStarted: 'the image has no sh' }));
    await expect(tryToWrite(distroless, ['/a'], 'n')).rejects.toThrow('no sh');
  });
});

test('mounts lead to the node through their volume, with the subPath; other volumes do not', () => {
  const pod = {
    spec: {
      volumes: [
        { name: 'h', hostPath: { path: '/var/log/' } },
        { name: 'e', emptyDir: {} },
      ],
      containers: [
        {
          name: 'c',
          volumeMounts: [
            { name: 'h', mountPath: '/logs', subPath: 'pods', readOnly: true },
            { name: 'e', mountPath: '/tmp' },
            { name: 'nowhere', mountPath: '/x' },
          ],
        },
      ],
    },
  };
  expect(hostMountsOf(pod, 'c')).toEqual([
    { volume: 'h', hostPath: '/var/log/pods', mountPath: '/logs', readOnly: true },
  ]);
  expect(hostMountsOf(pod, 'other')).toEqual([]);
});
