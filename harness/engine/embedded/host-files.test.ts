import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parseLinkNames } from './bridges.ts';
import { addedControllers, parseCgroupRoots, readDelegation, restoreDelegation } from './cgroups.ts';
import { parseHostState } from './host-record.ts';
import { engineLayout } from './layout.ts';
import { keepLog, readLogTail } from './log-tail.ts';
import { changedSysctls, readSysctls, restoreSysctls } from './sysctls.ts';
import { mountsBelow } from './terminate.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podproof-host-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function put(values: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, value] of Object.entries(values)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), `${value}\n`);
  }
}

describe('sysctls', () => {
  test('come back as they were, those of vanished interfaces aside', async () => {
    await put({
      'net/ipv4/ip_forward': '0',
      'net/ipv4/conf/eth0/forwarding': '0',
      'net/ipv4/conf/gone/forwarding': '0',
      'kernel/panic': '0',
    });
    const before = await readSysctls(folder);
    await put({ 'net/ipv4/ip_forward': '1', 'net/ipv4/conf/eth0/forwarding': '1', 'kernel/panic': '10' });
    await rm(join(folder, 'net/ipv4/conf/gone'), { recursive: true });
    await put({ 'net/ipv4/conf/new/forwarding': '1' });
    const changed = changedSysctls(before, await readSysctls(folder));
    expect(changed).toEqual(['net/ipv4/ip_forward', 'kernel/panic', 'net/ipv4/conf/eth0/forwarding']);
    expect(await restoreSysctls(before, folder)).toEqual([]);
    expect(changedSysctls(before, await readSysctls(folder))).toEqual([]);
    expect(await readFile(join(folder, 'net/ipv4/conf/new/forwarding'), 'utf8')).toBe('1\n');
  });

  test('the global forwarding switches are written before those of the interfaces', async () => {
    await put({ 'net/ipv4/conf/all/forwarding': '0', 'net/ipv4/ip_forward': '0' });
    expect(Object.keys(await readSysctls(folder))).toEqual([
      'net/ipv4/ip_forward',
      'net/ipv4/conf/all/forwarding',
    ]);
  });
});

describe('cgroup controllers', () => {
  test('that an engine switched on are switched off, those of before and of new hierarchies are not', async () => {
    await put({ 'cgroup.subtree_control': 'cpu memory pids' });
    const before = { [folder]: ['memory', 'pids'] };
    const now = await readDelegation([folder, join(folder, 'v1')]);
    expect(addedControllers(before, now)).toEqual([[folder, 'cpu']]);
    expect(addedControllers({}, now)).toEqual([]);
    await restoreDelegation(before, now);
    expect(await readFile(join(folder, 'cgroup.subtree_control'), 'utf8')).toBe('-cpu');
  });
});

describe('a record', () => {
  const here = { bootId: 'b', network: 'net:[1]' };
  const record = {
    schema: 1,
    ...here,
    links: [],
    ipv4: {},
    ipv6: {},
    sysctls: {},
    delegation: {},
    folders: [],
  };

  test('of another boot or network describes a host that is not this one', () => {
    expect(parseHostState(record, here)).toEqual(record);
    expect(parseHostState(record, { ...here, bootId: 'c' })).toBeUndefined();
    expect(parseHostState(record, { ...here, network: 'net:[2]' })).toBeUndefined();
    expect(parseHostState({ ...record, schema: 2 }, here)).toBeUndefined();
    expect(parseHostState(undefined, here)).toBeUndefined();
  });
});

describe('parsers of /proc', () => {
  /** Recorded on a hybrid host, shortened. */
  const mountinfo = [
    '24 1 254:0 / / rw,relatime - ext4 /dev/vda rw',
    '34 31 0:29 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755',
    '35 34 0:30 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu',
    '44 34 0:39 / /sys/fs/cgroup/systemd rw,relatime shared:9 - cgroup cgroup rw,name=systemd',
    '45 34 0:40 / /sys/fs/cgroup/unified rw,relatime shared:9 master:1 - cgroup2 cgroup2 rw',
    String.raw`60 24 0:50 / /cache/engine/data/overlay2/a\040b/merged rw - overlay overlay rw`,
    '61 60 0:51 / /cache/engine/data/overlay2/a\\040b/merged/proc rw - proc proc rw',
    '62 24 0:52 / /cache/engine2/data rw - tmpfs tmpfs rw',
  ].join('\n');

  test('find every cgroup hierarchy', () => {
    expect(parseCgroupRoots(mountinfo)).toEqual([
      '/sys/fs/cgroup/cpu',
      '/sys/fs/cgroup/systemd',
      '/sys/fs/cgroup/unified',
    ]);
  });

  test('find the mounts below a folder, deepest first, and no neighbour', () => {
    expect(mountsBelow(mountinfo, '/cache/engine')).toEqual([
      '/cache/engine/data/overlay2/a b/merged/proc',
      '/cache/engine/data/overlay2/a b/merged',
    ]);
  });

  test('read interface names, also those glued to their counter', () => {
    const text = [
      'Inter-|   Receive                                                |  Transmit',
      ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop',
      '    lo:    3193      29    0    0    0     0          0         0     3193      29    0    0',
      'br-9dbbda9cfd15:417265048   19655    0    0    0     0          0         0  1775132   14058',
    ].join('\n');
    expect(parseLinkNames(text)).toEqual(['br-9dbbda9cfd15', 'lo']);
  });
});

describe('engineLayout', () => {
  test('keeps engines of different cache folders apart', () => {
    const [first, second] = [engineLayout('/a'), engineLayout('/b')];
    expect(first.chainPrefix).not.toBe(second.chainPrefix);
    expect(first.cgroupParent).not.toBe(second.cgroupParent);
  });

  test('leaves room for the longest chain name of Docker', () => {
    const longest = `${engineLayout('/a').chainPrefix}${'DOCKER-ISOLATION-STAGE-1'.slice('DOCKER'.length)}`;
    expect(longest.length).toBeLessThanOrEqual(28);
  });

  test('refuses a folder whose socket path the kernel would cut', () => {
    expect(() => engineLayout(`/${'x'.repeat(90)}`)).toThrow(
      expect.objectContaining({ code: 'CACHE_PATH_TOO_LONG', exitCode: 3 }),
    );
  });
});

describe('readLogTail', () => {
  test('keeps the end', async () => {
    await put({ log: 'first line\nlast line' });
    expect(await readLogTail(join(folder, 'log'), 10)).toBe('last line\n');
    expect(await readLogTail(join(folder, 'missing'))).toBe('');
  });

  test('its copy has no secret and no colour', async () => {
    await put({ log: '\x1b[31mproxy http://me:pw@proxy:3128' });
    const copy = await keepLog(join(folder, 'log'), join(folder, 'run'));
    expect(await readFile(String(copy), 'utf8')).toBe('proxy http://[redacted]@proxy:3128\n');
  });
});
