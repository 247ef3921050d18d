import { describe, expect, test } from '@jest/globals';
import { HarnessError, InfrastructureError } from '../core/errors.ts';
import { exitCodeOf, problemEvent, renderProblem } from './problem.ts';

const style = { width: 80, color: false, unicode: true };

test('an error of ours says what happened, why, and what to do', () => {
  const root = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:6443'), { name: 'SystemError' });
  const middle = new InfrastructureError('API_LOST', 'The API server does not answer', { cause: root });
  const error = new HarnessError(
    'CLUSTER_NOT_READY',
    'Waited 120.0 s for 3 nodes. Last seen: worker NotReady',
    4,
    {
      hint: 'Look at the kubelet log of the node.',
      context: { cluster: 'podproof-x', attempt: 2, missing: undefined },
      cause: middle,
    },
  );
  const places = { evidence: 'runs/r1/', cleanUp: 'npm run clean -- podproof-x' };
  expect(renderProblem(problemEvent(error), style, places)).toMatchInlineSnapshot(`
   "✖ CLUSTER_NOT_READY
     Waited 120.0 s for 3 nodes. Last seen: worker NotReady
     because        API_LOST: The API server does not answer
     because        SystemError: connect ECONNREFUSED 127.0.0.1:6443
     cluster        podproof-x
     attempt        2
     what to do     Look at the kubelet log of the node.
     evidence       runs/r1/
     clean up with  npm run clean -- podproof-x
   "
  `);
  expect(exitCodeOf(error)).toBe(4);
});

describe('an error nobody expected', () => {
  test('shows its stack and is exit 70', () => {
    const event = problemEvent(new TypeError('x is not a function'));
    expect(event).toMatchObject({
      code: 'UNEXPECTED',
      message: 'TypeError: x is not a function',
      exitCode: 70,
    });
    expect(renderProblem(event, style)).toMatch(/problem\.test\.ts:\d+/);
  });

  test.each([
    ['a string', 'boom', 'boom'],
    ['undefined', undefined, 'undefined'],
    ['an error of another realm', { name: 'Error', message: 'from afar', stack: 'at x' }, 'from afar'],
  ])('may be %s', (_name, thrown, text) => {
    expect(renderProblem(problemEvent(thrown), style)).toContain(text);
  });

  test('may be its own cause', () => {
    const error = new Error('loop');
    error.cause = error;
    expect(problemEvent(error).context).not.toHaveProperty('because');
  });
});

test('what others say cannot control the terminal or leak a secret', () => {
  const error = new HarnessError('X', '\x1b[2Jbad', 4, {
    hint: 'curl http://me:secret@proxy/',
    context: { token: 'hunter2hunter2' },
  });
  const text = renderProblem(problemEvent(error), style);
  // oxlint-disable-next-line no-control-regex
  expect(text).not.toMatch(/\x1b|me:secret|hunter2/);
});
