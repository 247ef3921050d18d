import { describe, expect, test } from '@jest/globals';
import { ScriptedRunner } from '../testing/scripted-runner.ts';
import { httpFrom } from './http.ts';
import { targetUrl } from './http-target.ts';

describe('places that may be asked', () => {
  test.each([
    ['172.18.0.3', 'http://172.18.0.3:9000/'],
    ['127.0.0.1', 'http://127.0.0.1:9000/'],
    ['10.244.1.2', 'http://10.244.1.2:9000/'],
    ['localhost', 'http://localhost:9000/'],
    ['web', 'http://web:9000/'],
    ['web.podproof-1a2b3c.svc', 'http://web.podproof-1a2b3c.svc:9000/'],
    ['web.default.svc.cluster.local', 'http://web.default.svc.cluster.local:9000/'],
  ])('%s', (host, url) => {
    expect(targetUrl({ host, port: 9000 })).toBe(url);
  });

  test.each([
    // Where clouds keep the credentials of a machine, in every spelling that curl understands.
    '169.254.169.254',
    '169.254.170.2',
    '2852039166',
    '0xa9fea9fe',
    '0xa9.0xfe.0xa9.0xfe',
    '0251.0376.0251.0376',
    '169.254.43518',
    '169.16689662',
    '0169.254.169.254',
    '010.244.1.2',
    '10.244.1.02',
    '100.100.100.200',
    '192.0.0.192',
    'metadata',
    'metadata.google.internal',
    'instance-data',
    'fd00:ec2::254',
    '[::ffff:169.254.169.254]',
    // Nobody's address, and other people's names.
    '0.0.0.0',
    '0',
    '224.0.0.1',
    '255.255.255.255',
    'example.org',
    '169.254.169.254.nip.io',
    // Something else than a host.
    '',
    '-x',
    '--config=/etc/passwd',
    'me@172.18.0.3',
    '172.18.0.3:80',
    '172.18.0.3/x',
    '172.18.0.3#',
    '172.18.0.256',
    '172.18.0.3.',
    'a..svc',
    'x'.repeat(64),
  ])('%s is not asked', (host) => {
    expect(() => targetUrl({ host, port: 9000 })).toThrow(/not a target|never asked/);
  });

  test.each([
    [0, '/'],
    [65536, '/'],
    [9000.5, '/'],
    [9000, 'x'],
    [9000, '/a?b=c'],
    [9000, '/a b'],
    [9000, '/%2e%2e'],
    [9000, '/\n'],
  ])('neither is port %d with path %j', (port, path) => {
    expect(() => targetUrl({ host: '172.18.0.3', port, path })).toThrow('not a target');
  });
});

test('curl follows nothing, reads no configuration, uses no proxy, and gets the URL behind --', async () => {
  const runner = new ScriptedRunner(() => ({ stdout: 'ok\n#status=200' }));
  await httpFrom(runner, { host: '172.18.0.3', port: 9000 });
  const argv = runner.calls[0]?.argv ?? [];
  expect(argv.slice(0, 2)).toEqual(['curl', '-q']);
  expect(argv.join(' ')).toContain('--noproxy * --max-time 5 --max-filesize 65536');
  expect(argv.slice(-2)).toEqual(['--', 'http://172.18.0.3:9000/']);
  expect(argv).not.toContain('-L');
});
