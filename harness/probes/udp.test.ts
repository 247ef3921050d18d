import { expect, test } from '@jest/globals';
import type { Exited } from './answer.ts';
import { parseUdp } from './udp.ts';

const ended = (exitCode: number, stdout: string, stderr: string): Exited => ({
  kind: 'exited',
  exitCode,
  stdout,
  stderr,
  durationMs: 1,
});

test('an echo, a refusal and silence are three things', () => {
  expect(parseUdp(ended(0, 'abc hello', ''))).toEqual({ kind: 'answered', text: 'abc hello' });
  const refused = "dd: error reading 'standard input': Connection refused\n";
  expect(parseUdp(ended(1, '', refused))).toEqual({ kind: 'refused' });
  expect(parseUdp(ended(124, '', ''))).toEqual({ kind: 'silent' });
});

test.each([
  [1, 'udp: line 1: /dev/udp/no-such-host/18080: Invalid argument'],
  [127, 'udp: line 1: timeout: command not found'],
  [0, ''],
])('exit %i (%s) is no answer at all', (exitCode, stderr) => {
  expect(() => parseUdp(ended(exitCode, '', stderr))).toThrow('could not be sent');
});
