import { expect, test } from '@jest/globals';
import { takenByOthers } from './decisions.ts';

const NO_PORT = "0/3 nodes are available: 2 node(s) didn't have free ports for the requested pod ports";

test('a port that somebody else has on a node says nothing about our pods', () => {
  expect(takenByOthers(['worker'], [NO_PORT, NO_PORT])).toBe(
    'on worker somebody else seems to have the port',
  );
});

test('a pod too many, or one that waits for something else, does', () => {
  expect(takenByOthers([], [NO_PORT, NO_PORT])).toBeUndefined();
  expect(takenByOthers(['worker'], ['0/3 nodes are available: 2 Insufficient cpu'])).toBeUndefined();
  expect(takenByOthers(['worker'], [])).toBeUndefined();
});
