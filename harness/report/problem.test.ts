import { describe, expect, test } from '@jest/globals';
import { EnvironmentError, HarnessError, InfrastructureError, UsageError } from '../core/errors.ts';
import { recognise } from '../core/known-errors/recognise.ts';
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
     known          CONNECTION_REFUSED
     cause          Nobody listens at that address: what should answer there has
                    stopped.
     link           https://kubernetes.io/docs/tasks/debug/debug-cluster/troubleshoot-kubectl/
     what to do     Of a cluster: \`docker ps -a\` shows whether its nodes run; run
                    with --fresh. Of an engine: start it.
                    Look at the kubelet log of the node.
     evidence       runs/r1/
     clean up with  npm run clean -- podproof-x
   "
  `);
  expect(exitCodeOf(error)).toBe(4);
});

test('a full disk is not taken for a fault of podproof, wherever it shows', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  expect(problemEvent(full)).toMatchObject({
    code: 'DISK_FULL',
    exitCode: 4,
    hint: expect.stringContaining('PODPROOF_RUNS') as unknown,
    context: { known: 'HOST_DISK_FULL', because: ['ENOSPC: no space left on device, write'] },
  });
  expect(exitCodeOf(full)).toBe(4);
});

describe('a message of the software below', () => {
  const disk = 'docker: write /var/lib/docker/tmp/x: no space left on device';

  test('is explained, with its id and where to read on; the raw text stays', () => {
    const event = problemEvent(new InfrastructureError('KIND_FAILED', `kind failed:\n${disk}`));
    expect(event).toMatchObject({
      message: `kind failed:\n${disk}`,
      hint: expect.stringContaining('docker system df') as unknown,
      context: { known: 'HOST_DISK_FULL', link: expect.stringMatching(/^https:/) as unknown },
    });
  });

  test('is found in the causes too, and a hint that says the same is said once', () => {
    const hint = recognise(disk)?.hint ?? '';
    const error = new EnvironmentError('X', 'It did not start.', { hint, cause: new Error(disk) });
    expect(problemEvent(error)).toMatchObject({ hint, context: { known: 'HOST_DISK_FULL' } });
  });

  test('that nobody knows is shown as it is, without a guess', () => {
    const event = problemEvent(new InfrastructureError('KIND_FAILED', 'exit 99: the frobnicator is sad'));
    expect(event.context).toEqual({});
    expect(renderProblem(event, style)).toContain('the frobnicator is sad');
  });

  test('does not explain what the user did', () => {
    const event = problemEvent(new UsageError('MANIFEST', `"${disk}" is no image name`));
    expect(event.context).not.toHaveProperty('known');
  });
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
