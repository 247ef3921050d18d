import { expect, test } from '@jest/globals';
import { ScriptedRunner } from '../testing/scripted-runner.ts';
import { httpManyFrom, parseManyCurl } from './http-many.ts';

/** As curl 7.88 writes it for three questions. */
const three = (connects: readonly number[]): string =>
  connects.map((count) => `abc\n#status=200 connects=${String(count)}\n`).join('');
const FAILED = '\n#status=000 connects=0\n';
const answered = { kind: 'answered', status: 200, body: 'abc' };

test('every question is asked by one curl, over a connection of its own', async () => {
  const runner = new ScriptedRunner(() => ({ stdout: three([1, 1, 1]) }));
  const target = { host: '10.0.0.1', port: 30080, path: '/nonce' };
  expect(await httpManyFrom(runner, target, 3)).toEqual([answered, answered, answered]);
  expect(runner.calls).toHaveLength(1);
  expect(runner.calls[0]?.argv.join(' ')).toMatch(
    /--fail-early --header Connection: close .* -- http:\/\/10\.0\.0\.1:30080\/nonce\?\[1-3\]$/s,
  );
});

test('a connection that is used twice is no answer: it would always reach the same server', () => {
  const stdout = three([1, 0, 0]);
  expect(() => parseManyCurl({ exitCode: 0, stdout, stderr: '' }, 3)).toThrow('a new connection');
});

test('the first failure is the last answer, and its cause is told apart', () => {
  const stdout = `${three([1, 1])}${FAILED}`;
  const refused =
    'curl: (7) Failed to connect to 127.0.0.1 port 18080 after 0 ms: Couldn’t connect to server';
  expect(parseManyCurl({ exitCode: 7, stdout, stderr: refused }, 40)).toEqual([
    answered,
    answered,
    { kind: 'refused' },
  ]);
  const late = 'curl: (28) Connection timed out after 2012 milliseconds';
  expect(parseManyCurl({ exitCode: 28, stdout: FAILED, stderr: late }, 40)).toMatchObject([
    { kind: 'failed', curlExit: 28 },
  ]);
});

test.each([
  ['too few', three([1, 1])],
  ['too many, as a body that imitates the mark makes', `x${three([1, 1, 1, 1])}`],
])('%s answers are none', (_name, stdout) => {
  expect(() => parseManyCurl({ exitCode: 0, stdout, stderr: '' }, 3)).toThrow('answers to 3 questions');
});
