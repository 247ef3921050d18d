import { expect, test } from '@jest/globals';
import { ScriptedRunner } from '../testing/scripted-runner.ts';
import { listeningPorts, parseListeners } from './listeners.ts';

/** Of a worker node, Kubernetes 1.37: a connection to the API server and one that is closing are no listeners. */
const TABLES = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:2809 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 83251 2 00000000cd6ea2c9 100 0 0 10 0
   1: 0B00007F:873D 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 69204 1 00000000fbb75cfd 100 0 0 10 0
   2: 030011AC:2328 020011AC:192B 01 00000000:00000000 02:00000029 00000000     0        0 82988 2 00000000d42ef071 20 4 30 140 -1
  10: 0101F40A:8874 5C01F40A:1F90 06 00000000:00000000 03:0000175E 00000000     0        0 0 3 000000004e2369b4
  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:280A 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 79918 2 0000000025df0c6d 100 0 0 10 0
`;

test('listeners of both address families, and nothing that is only connected', () => {
  expect(parseListeners(TABLES)).toEqual([10249, 10250, 34621]);
});

test('a node without IPv6 has one table; any other failure is no answer', async () => {
  const stderr = 'cat: /proc/net/tcp6: No such file or directory';
  const [ipv4 = ''] = TABLES.split(/(?=^ {2}sl .*remote_address)/m);
  const runner = new ScriptedRunner(() => ({ exitCode: 1, stdout: ipv4, stderr }));
  expect(await listeningPorts(runner)).toEqual([10249, 34621]);
  const denied = new ScriptedRunner(() => ({ exitCode: 1, stdout: ipv4, stderr: 'Permission denied' }));
  await expect(listeningPorts(denied)).rejects.toThrow('Permission denied');
  expect(() => parseListeners('')).toThrow('not a table');
});
