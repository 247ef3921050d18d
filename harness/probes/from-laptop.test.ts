import { expect, test } from '@jest/globals';
import type { CommandResult } from '../core/command.ts';
import type { NodeUnderTest, Scene } from '../core/under-test.ts';
import { httpFromLaptop } from './from-laptop.ts';

const TARGET = { port: 9000, path: '/nonce' };
const NAMED = '192.168.49.2';
const node: NodeUnderTest = {
  name: 'podproof-0a0b02-m02',
  address: '192.168.49.3',
  runner: { where: 'node', run: () => Promise.reject(new Error('nothing is asked of the node')) },
};

const exited = (stdout: string, exitCode = 0, stderr = ''): CommandResult => ({
  ...{ kind: 'exited', exitCode, stdout, stderr, durationMs: 1 },
});
const answered = (body: string, status = 200): CommandResult => exited(`${body}\n#status=${String(status)}`);
// The words of curl 7.88.
const refused = exited(
  '',
  7,
  "curl: (7) Failed to connect to 192.168.49.2 port 9000 after 0 ms: Couldn't connect to server",
);
const late = exited('', 28, 'curl: (28) Connection timed out after 5001 milliseconds');
const missing: CommandResult = {
  ...{ kind: 'notStarted', why: 'spawn curl ENOENT', stdout: '', stderr: '', durationMs: 1 },
};

/** This machine, by what a URL or a program is answered with. */
function laptop(answers: Readonly<Record<string, CommandResult>>): Pick<Scene, 'laptop'> {
  return {
    laptop: {
      nodeAddress: ['minikube', 'ip'],
      runner: {
        where: 'laptop',
        run: (argv) => {
          const last = argv.at(-1) ?? '';
          return Promise.resolve(answers[last] ?? answers[argv[0]] ?? exited('curl 7.88.1'));
        },
      },
    },
  };
}

const api = { [`http://${NAMED}:8443/`]: answered('Client sent an HTTP request to an HTTPS server.', 400) };
const ip = { minikube: exited(`${NAMED}\n`) };

test('asks at the address that minikube ip tells and at that of the pod’s node', async () => {
  const scene = laptop({
    ...{ ...ip, ...api },
    [`http://${NAMED}:9000/nonce`]: refused,
    [`http://${node.address}:9000/nonce`]: answered('7f3c'),
  });
  expect(await httpFromLaptop(scene, node, TARGET)).toEqual({
    asked: true,
    named: NAMED,
    fromNamed: { kind: 'refused' },
    fromItsNode: { kind: 'answered', status: 200, body: '7f3c' },
  });
});

test.each<[string, Pick<Scene, 'laptop'>]>([
  ['minikube ip is a command of minikube alone', { laptop: undefined }],
  ['there is no curl on this machine', laptop({ ...ip, curl: missing })],
  [
    `no way from this machine to ${NAMED}: its API server does not answer here`,
    laptop({ ...ip, [`http://${NAMED}:8443/`]: late }),
  ],
])('does not ask, as %s', async (why, scene) => {
  expect(await httpFromLaptop(scene, node, TARGET)).toEqual({ asked: false, why });
});

test('does not ask where nodes are out of reach, and tries nothing there', async () => {
  const { laptop: machine } = laptop({});
  if (machine === undefined) throw new Error('there is a machine');
  const run = (): never => {
    throw new Error('nothing may be run');
  };
  const scene = { laptop: { ...machine, outOfReach: 'on darwin …', runner: { where: 'laptop', run } } };
  expect(await httpFromLaptop(scene, node, TARGET)).toEqual({ asked: false, why: 'on darwin …' });
});

test('an address that is none is no answer', async () => {
  const scene = laptop({ minikube: exited('! The control-plane node is not running\n') });
  await expect(httpFromLaptop(scene, node, TARGET)).rejects.toMatchObject({ code: 'CANNOT_TELL' });
});
