import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { CommandRunner } from '../../core/command.ts';
import { isRecord, recordAt } from '../shape.ts';
import { ScriptedRunner } from '../../testing/scripted-runner.ts';
import { appArmorOf, namespacesOf, parseNamespaceLinks, processFacts } from './container-facts.ts';
import { idInside, isMapped, parseIdMap } from './id-map.ts';
import { sortProcesses } from './main-processes.ts';
import { isProcMasked, mountAt, parseMounts } from './mounts.ts';
import { factsOfSpec, runtimeRecord } from './runtime-record.ts';
import { parseTcp } from './tcp.ts';

/** Recorded on nodes with Kubernetes 1.37.2, containerd 2.3.7 and cgroup v1. */
const recorded = (name: string): string =>
  readFileSync(new URL(`../fixtures/recorded/${name}`, import.meta.url), 'utf8');

/** A node that answers with the recorded files of one process. */
function node(pid: number, files: string, namespaces = recorded('namespaces.txt')): CommandRunner {
  return new ScriptedRunner(([program, ...words]) => {
    if (program === 'head') return { stdout: recorded(files), exitCode: 1 };
    if (program === 'ls') return { stdout: namespaces };
    expect(words[0]).toBe(`/proc/${String(pid)}/root/dev`);
    return { stdout: recorded('devices-privileged.txt') };
  });
}

describe('processFacts', () => {
  test('of a privileged container on the node’s network', async () => {
    const facts = await processFacts(node(171_158, 'files-privileged.txt'), 171_158);
    expect(facts).toMatchObject({
      source: 'process',
      namespaces: { net: 'net:[4026532337]', user: 'user:[4026531837]' },
      interfaces: expect.arrayContaining(['eth0', 'lo']),
      onNode: { uid: 0, gid: 0 },
      idsAreMapped: false,
      seccomp: 0,
      noNewPrivs: false,
      appArmor: null,
      procMasked: false,
      sysWritable: false,
    });
    expect(facts.capEff).toHaveLength(40);
    expect(facts.devices?.length).toBeGreaterThan(90);
  });

  test('of a container with a user namespace: two sides of every id', async () => {
    const facts = await processFacts(node(226_691, 'files-own-users.txt'), 226_691);
    expect(facts).toMatchObject({
      inPod: { uid: 405, gid: 100 },
      onNode: { uid: 3_185_312_149, gid: 3_185_311_844 },
      idsAreMapped: true,
      procMasked: true,
      // Only root has capabilities in effect.
      capEff: [],
    });
    expect(facts.capBnd).toHaveLength(14);
  });

  test('a process that is gone has no facts', async () => {
    const gone = new ScriptedRunner(() => ({ exitCode: 1, stderr: 'No such file or directory' }));
    await expect(processFacts(gone, 7)).rejects.toThrow('the process is gone');
  });
});

describe('namespaces', () => {
  test('those of several processes come in one answer, headed by their folders', async () => {
    const all = await namespacesOf(node(171_158, ''), [171_158]);
    expect([...all.keys()]).toEqual([1, 171_158]);
    expect(all.get(171_158)?.net).toBe(all.get(1)?.net);
    expect(all.get(171_158)?.pid).not.toBe(all.get(1)?.pid);
  });

  test('a link that names something else is none', () => {
    const line = 'lrwxrwxrwx 1 root root 0 Nov 27 21:32 net -> net:[4026532337]\n';
    expect(parseNamespaceLinks(line)).toEqual({ net: 'net:[4026532337]' });
    expect(parseNamespaceLinks(line.replace('net:[', 'pid:['))).toEqual({});
    expect(parseNamespaceLinks(line.replace(' net ', ' net_for_children '))).toEqual({});
  });
});

describe('sortProcesses', () => {
  const text = recorded('processes.txt');
  const [, sandboxId = ''] = /pod[\w-]+\/([0-9a-f]{64})/.exec(text) ?? [];
  const ids = [...new Set([...text.matchAll(/\/([0-9a-f]{64})$/gm)].map(([, id]) => id ?? ''))];
  const containerId = ids.find((id) => id !== sandboxId) ?? '';

  test('tells the sandbox from the container', () => {
    expect(sortProcesses(text, [containerId])).toEqual({
      containers: new Map([[containerId, 171_158]]),
      sandbox: 171_090,
    });
  });

  test('what exec started later is not the main process, and a name may look like anything', () => {
    const later = (pid: number, startedAt: number): string =>
      `==> /proc/${String(pid)}/cgroup <==\n0::/kubelet/pod/${containerId}\n\n` +
      `==> /proc/${String(pid)}/stat <==\n${String(pid)} (a) R 1) S 1${' 0'.repeat(17)} ${String(startedAt)} 0\n`;
    const found = sortProcesses(`${later(9, 10_000_000)}\n${text}\n${later(8, 20_000_000)}`, [containerId]);
    expect(found.containers.get(containerId)).toBe(171_158);
    expect(sortProcesses(later(5, 3) + later(4, 7), [containerId]).containers.get(containerId)).toBe(5);
  });

  test('a process whose files vanished is left out', () => {
    const half = text.replace(/==> \/proc\/171158\/stat <==[\s\S]*/, '');
    expect(sortProcesses(half, [containerId]).containers.size).toBe(0);
  });
});

describe('mounts', () => {
  const files = recorded('files-plain.txt');
  const plain = parseMounts(files.slice(files.indexOf('mountinfo <==')));

  test('of an ordinary container: /proc is protected, /sys is read-only', () => {
    expect(isProcMasked(plain)).toBe(true);
    expect(mountAt(plain, '/sys')).toMatchObject({ type: 'sysfs', writable: false });
    expect(mountAt(plain, '/dev')).toMatchObject({ type: 'tmpfs', writable: true });
  });

  test('the last mount at a place is the one that shows; escapes and optional fields are read', () => {
    const mounts = parseMounts(
      [
        '1 0 8:1 / /a\\040b rw,relatime shared:1 master:2 - ext4 /dev/sda1 rw',
        '2 0 8:1 / /a\\040b ro,relatime - ext4 /dev/sda1 rw',
        '3 0 8:2 / /c rw - ext4 /dev/sda2 ro,errors=remount-ro',
      ].join('\n'),
    );
    expect(mountAt(mounts, '/a b')?.writable).toBe(false);
    expect(mountAt(mounts, '/c')?.writable).toBe(false);
  });

  test('no mount at all is no answer', () => expect(() => parseMounts('garbage')).toThrow('empty'));
});

test('ids are translated by their map, and an id without a place in it has none', () => {
  const map = parseIdMap('         0 3185311744      65536\n     65536     1000          1\n');
  expect([3_185_311_744, 3_185_312_149, 1000, 999].map((id) => idInside(id, map))).toEqual([
    0,
    405,
    65_536,
    undefined,
  ]);
  expect(isMapped(map)).toBe(true);
  expect(isMapped(parseIdMap('         0          0 4294967295\n'))).toBe(false);
  expect(() => parseIdMap('oops')).toThrow('not an id map');
});

test.each([
  ['cri-containerd.apparmor.d (enforce)\n', 'cri-containerd.apparmor.d (enforce)'],
  ['unconfined\n', 'unconfined'],
  ['system_u:system_r:container_t:s0:c1,c2\0', null],
  ['', null],
  [undefined, null],
])('the AppArmor profile in %j', (text, profile) => expect(appArmorOf(text)).toBe(profile));

describe('the record of the runtime', () => {
  const spec = (name: string): ReturnType<typeof recordAt> => {
    const record: unknown = JSON.parse(recorded(`runtime-record-${name}.json`));
    return isRecord(record) ? recordAt(record, 'Spec') : {};
  };

  test('of an ordinary container', () => {
    expect(factsOfSpec(spec('coredns'), {})).toMatchObject({
      source: 'runtime record',
      inPod: { uid: 0, gid: 0, groups: [0] },
      capEff: ['NET_BIND_SERVICE'],
      noNewPrivs: true,
      seccomp: 0,
      procMasked: true,
      sysWritable: false,
      devices: [],
    });
  });

  test('of a privileged one on the node’s network', () => {
    const facts = factsOfSpec(spec('kube-proxy'), {});
    expect(facts).toMatchObject({ procMasked: false, capEff: expect.arrayContaining(['SYS_ADMIN']) });
    expect(facts.devices).toHaveLength(3);
  });

  test('namespaces it joined are those of the process that keeps them, the others were its own', async () => {
    const text = recorded('runtime-record-kube-proxy.json');
    const keeper = /\/proc\/(\d+)\/ns\/net/.exec(text)?.[1] ?? '';
    const links = recorded('namespaces.txt').replaceAll('/proc/171158/', `/proc/${keeper}/`);
    const runner = new ScriptedRunner(([program]) => ({ stdout: program === 'ctr' ? text : links }));
    const { namespaces } = await runtimeRecord(runner, 'a'.repeat(64));
    expect(namespaces).toMatchObject({
      net: 'net:[4026532337]',
      mnt: 'mnt:own',
      // Not in the record, so the node's.
      user: 'user:[4026531837]',
    });
  });

  test('no record is no answer', async () => {
    const without = new ScriptedRunner(() => ({ exitCode: 1, stderr: 'not found' }));
    await expect(runtimeRecord(without, 'x')).rejects.toThrow('no record');
    const garbage = new ScriptedRunner(() => ({ stdout: '{' }));
    await expect(runtimeRecord(garbage, 'x')).rejects.toThrow('not JSON');
  });
});

describe('parseTcp', () => {
  const cannotConnect =
    "curl: (7) Failed to connect to 127.0.0.1 port 9 after 0 ms: Couldn't connect to server";
  test.each([
    ['answers', { exitCode: 28, stdout: '1', stderr: 'curl: (28) Time-out' }],
    ['answers', { exitCode: 0, stdout: '1', stderr: '' }],
    ['refused', { exitCode: 7, stdout: '0', stderr: cannotConnect }],
    ['unreachable', { exitCode: 7, stdout: '0', stderr: 'curl: (7) … No route to host' }],
    ['silent', { exitCode: 28, stdout: '0', stderr: 'curl: (28) Connection timed out' }],
  ])('%s: %j', (answer, result) => expect(parseTcp(result)).toBe(answer));

  test('a missing curl is no answer', () => {
    expect(() => parseTcp({ exitCode: 127, stdout: '', stderr: 'not found' })).toThrow('cannot be run');
  });
});
