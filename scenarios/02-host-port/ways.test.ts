import { expect, test } from '@jest/globals';
import type { HttpAnswer } from '../../harness/index.ts';
import { muddled } from './ways.ts';

const answer = (body: string, status = 200): HttpAnswer => ({ kind: 'answered', status, body });
const REFUSED: HttpAnswer = { kind: 'refused' };
const LOST: HttpAnswer = { kind: 'failed', curlExit: 28, why: 'Connection timed out' };

const server = { nonce: 'a', nonces: ['a', 'b'], podAddress: answer('a') };

test('answers of the two pods and refusals say something, whatever they say', () => {
  expect(muddled(server, [answer('a'), answer('b'), REFUSED])).toBeUndefined();
});

test('nothing is concluded from a lost connection, from a stranger, or while the server is silent', () => {
  expect(muddled(server, [REFUSED, LOST])).toBe('curl 28: Connection timed out');
  expect(muddled(server, [answer('', 404)])).toBe('somebody else answered: 404 ""');
  expect(muddled({ ...server, podAddress: REFUSED }, [REFUSED])).toMatch('the server itself does not answer');
});
