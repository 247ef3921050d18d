import { describe, expect, test } from '@jest/globals';
import { beyondDefault, capabilityNames } from './capabilities.ts';
import { copiedIntoPrivileged, parseDevices } from './devices.ts';
import { isUnknownName, parseCurl, strangerAmong } from './http.ts';
import { parseId, parseStatus } from './identity.ts';
import { parseNetDev, withoutFallbackTunnels } from './interfaces.ts';
import { parseNamespace } from './namespaces.ts';
import { parseStats } from './pod-processes.ts';
import { parseCommandLines } from './processes.ts';

const MARK = '\n#status=';

test('an answer of somebody unknown is told from those that count, and from none', () => {
  const decoy = parseCurl(0, `decoy${MARK}200`, '');
  const ours = parseCurl(0, `7f3c${MARK}200`, '');
  expect(strangerAmong([ours, decoy], ['7f3c'])).toBe('somebody else answered: 200 "decoy"');
  expect(strangerAmong([ours, { kind: 'refused' }], ['7f3c'])).toBeUndefined();
});

describe('parseCurl', () => {
  test('an answer has status and body', () => {
    expect(parseCurl(0, `ok${MARK}200`, '')).toEqual({ kind: 'answered', status: 200, body: 'ok' });
  });

  test('a refusal is only what curl itself saw refused', () => {
    const refused =
      'curl: (7) Failed to connect to 127.0.0.1 port 10248 after 0 ms: Couldn’t connect to server';
    expect(parseCurl(7, `${MARK}000`, refused)).toEqual({ kind: 'refused' });
    expect(
      parseCurl(7, `${MARK}000`, 'curl: (7) Failed to connect to 10.0.0.9 port 9000: No route to host').kind,
    ).toBe('failed');
    expect(
      parseCurl(28, `${MARK}000`, 'curl: (28) Connection timed out after 5001 milliseconds'),
    ).toMatchObject({ kind: 'failed', curlExit: 28 });
    // A userland proxy accepts and then closes: no refusal.
    expect(parseCurl(52, `${MARK}000`, 'curl: (52) Empty reply from server')).toMatchObject({
      kind: 'failed',
      curlExit: 52,
    });
  });

  test('a missing curl is no answer at all', () => {
    expect(() => parseCurl(127, '', 'sh: curl: not found')).toThrow('curl cannot be run here');
  });

  test.each([
    [6, 'curl: (6) Could not resolve host: kubernetes.default.svc', true],
    [28, 'curl: (28) Resolving timed out after 5000 milliseconds', true],
    [28, 'curl: (28) Connection timed out after 5001 milliseconds', false],
    [7, 'curl: (7) Failed to connect to kubernetes.default.svc port 443 after 0 ms', false],
  ])('whether exit %i, %s, means that nobody knows the name: %j', (exitCode, stderr, expected) => {
    expect(isUnknownName(parseCurl(exitCode, '', stderr))).toBe(expected);
  });

  test('a body that imitates the mark cannot change the status', () => {
    expect(parseCurl(0, `x${MARK}200${MARK}503`, '')).toEqual({
      kind: 'answered',
      status: 503,
      body: `x${MARK}200`,
    });
  });
});

describe('parseId', () => {
  test('reads what busybox prints today', () => {
    expect(parseId('uid=405(guest) gid=100(users) groups=100(users)\n')).toEqual({
      uid: 405,
      user: 'guest',
      gid: 100,
      group: 'users',
      groups: [100],
    });
    expect(parseId('uid=4050 gid=0(root)')).toEqual({
      uid: 4050,
      user: null,
      gid: 0,
      group: 'root',
      groups: [],
    });
  });

  test.each(['euid=405(guest) gid=100(users)', 'id: unknown', ''])('refuses %j', (text) => {
    expect(() => parseId(text)).toThrow('not an output of id');
  });
});

describe('parseStatus', () => {
  const status = [
    'Name:\tsleep',
    'Uid:\t405\t405\t405\t405',
    'Gid:\t100\t100\t100\t100',
    'Groups:\t100 ',
    'CapEff:\t0000000000000000',
    'CapBnd:\t00000000a80425fb',
    'NoNewPrivs:\t0',
    'Seccomp:\t0',
  ].join('\n');

  test('reads effective ids and masks', () => {
    expect(parseStatus(status)).toEqual({
      uid: 405,
      gid: 100,
      groups: [100],
      capEff: '0000000000000000',
      capBnd: '00000000a80425fb',
      seccomp: 0,
      noNewPrivs: false,
    });
  });

  test('a missing line is no answer', () => {
    expect(() => parseStatus(status.replace('CapEff', 'CapXxx'))).toThrow('no line CapEff');
  });
});

test('capability masks have names: containerd’s default and one bit that has none yet', () => {
  expect(capabilityNames('00000000a80425fb')).toHaveLength(14);
  expect(capabilityNames('00000000a80425fb')).toContain('MKNOD');
  expect(capabilityNames('000001fffeffffff')).not.toContain('SYS_RESOURCE');
  expect(capabilityNames('8000000000000000')).toEqual(['CAP_63']);
  expect(beyondDefault('0000000000003000')).toEqual(['NET_ADMIN']);
  expect(beyondDefault('00000000a80425fb')).toEqual([]);
});

describe('parseDevices', () => {
  const listing = [
    'character special file,1,3,/dev/null',
    'character special file,a,ed,/dev/loop-control',
    'block special file,fe,0,/dev/vda',
    'character special file,5,1,/dev/console',
    "stat: cannot stat '/dev/gone': No such file or directory",
  ].join('\n');

  test('reads hexadecimal numbers and skips what is not a device', () => {
    expect(parseDevices(listing)).toEqual([
      { kind: 'c', major: 1, minor: 3, path: '/dev/null' },
      { kind: 'c', major: 10, minor: 237, path: '/dev/loop-control' },
      { kind: 'b', major: 254, minor: 0, path: '/dev/vda' },
      { kind: 'c', major: 5, minor: 1, path: '/dev/console' },
    ]);
  });

  test('a list without /dev/null cannot be right', () => {
    expect(() => parseDevices('block special file,fe,0,/dev/vda')).toThrow('lacks /dev/null');
  });

  test('containerd leaves some names out of a privileged container', () => {
    const device = (path: string): boolean => copiedIntoPrivileged({ kind: 'c', major: 1, minor: 1, path });
    expect(['/dev/console', '/dev/pts/0', '/dev/fuse', '/dev/shmem'].map(device)).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });
});

test('interfaces come from /proc/net/dev, and a list without lo is no answer', () => {
  const heading =
    'Inter-|   Receive                            |  Transmit\n face |bytes    packets|bytes    packets\n';
  expect(parseNetDev(`${heading}    lo:    5179      61    0\n  eth0:     586       7    0\n`)).toEqual([
    'eth0',
    'lo',
  ]);
  expect(() => parseNetDev(heading)).toThrow('no lo');
});

test('tunnels that the kernel puts into every namespace are nobody’s interfaces, others with such names are', () => {
  expect(withoutFallbackTunnels(['eth0', 'gre0', 'ip6tnl0', 'lo', 'sit0', 'tunl0'])).toEqual(['eth0', 'lo']);
  expect(withoutFallbackTunnels(['eth0', 'lo', 'tunl01', 'vxlan0'])).toHaveLength(4);
});

test('a namespace is its kind and its number, nothing else', () => {
  expect(parseNamespace('net', 'net:[4026532581]\n')).toBe('net:[4026532581]');
  expect(() => parseNamespace('net', 'pid:[4026532581]')).toThrow('not a net namespace');
  expect(() => parseNamespace('net', 'readlink: Permission denied')).toThrow('not a net namespace');
});

test('command lines keep words and processes apart and drop kernel threads', () => {
  const text =
    '==> /proc/1/cmdline <==\n/usr/bin/kubelet\0--v=2\0\n==> /proc/2/cmdline <==\n\n==> /proc/77/cmdline <==\nsleep\0infinity\0';
  expect(parseCommandLines(text)).toEqual([
    { pid: 1, line: '/usr/bin/kubelet --v=2' },
    { pid: 77, line: 'sleep infinity' },
  ]);
});

describe('parseStats', () => {
  // head 9.1 on a node with kernel 6.18; the last name was made up to be difficult.
  const TEXT = `==> /proc/935/stat <==
935 (pause) S 903 935 935 0 -1 4194560 1215 0 0 0 2 0 0 0 20 0 1 0 191215 1011712 137 18446744073709551615 4198400 4689153 140730968513952 0 0 0 0 0 81922 1 0 0 17 0 0 0 0 0 0 4851416 4874864 66207744 140730968514465 140730968514472 140730968514472 140730968514545 0

==> /proc/15832/stat <==
15832 (head) R 15823 15823 15823 0 -1 4194304 63 0 0 0 0 0 0 0 20 0 1 0 441777 2568192 350 18446744073709551615 94728343674880 94728343698985 140728972126176 0 0 0 0 0 0 0 0 0 17 0 0 0 0 0 0 94728343714832 94728343716448 94728523456512 140728972127951 140728972128057 140728972128057 140728972128234 0

==> /proc/984/stat <==
984 (a) S 1 (b) S 903 984 984 0 -1 4194560 4308 0 0 0 176 125 0 0 20 0 8 0 191270 1343139840 10745 18446744073709551615 4194304 28653681 140733027979904 0 0 0 0 0 2143420159 0 0 0 17 0 0 0 0 0 0 56127488 56743712 1060384768 140733027982302 140733027982339 140733027982339 140733027983343 0
`;

  test('tells number, name and start of each process', () => {
    expect(parseStats(TEXT)).toEqual([
      { pid: 935, name: 'pause', startedAt: 191215 },
      { pid: 15832, name: 'head', startedAt: 441777 },
      { pid: 984, name: 'a) S 1 (b', startedAt: 191270 },
    ]);
  });

  test('leaves out a process that ended while it was read', () => {
    expect(parseStats('==> /proc/7/stat <==\n\n==> /proc/8/stat <==\n8 (sh) S 1 8')).toEqual([]);
  });
});
