import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Deadline } from '../../core/deadline.ts';
import { done, pending, poll } from '../../core/poll.ts';
import { connectDocker } from '../../docker/connect.ts';
import type { DockerEngine } from '../../docker/engine-port.ts';
import { HELPER_LABEL } from '../../docker/helper-container.ts';
import { local } from '../../shell/local.ts';
import { e2eSetting } from '../../testing/e2e-settings.ts';
import { recordedNames } from '../cluster-record.ts';
import { lookForMinikube } from './binary.ts';
import { CREATED_LABEL } from './labels.ts';

/**
 * The whole command line with a real minikube, the one on PATH, in the engine and the cache of the other end-to-end
 * tests. Where there is none, they are skipped and their heading says why.
 */
const MINUTES = 60_000;
const launch = fileURLToPath(new URL('../../launch.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'podproof-minikube-e2e-'));
/** The home of somebody else's clusters. Whatever it is asked, minikube makes folders at home. */
const HOME = join(folder, 'home');
const look = await lookForMinikube({ shell: local(), deadline: Deadline.in(30_000, 'minikube version') });
const describeIfThere = look.kind === 'found' ? describe : describe.skip;
const because = look.kind === 'found' ? '' : `, skipped: ${look.seen}`;

let docker: DockerEngine;

beforeAll(async () => {
  docker = await connectDocker({ endpoint: e2eSetting('PODPROOF_E2E_ENGINE'), env: {} });
});
afterAll(() => {
  docker.close();
  rmSync(folder, { recursive: true, force: true });
});

function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, [launch, ...args], {
    // oxlint-disable-next-line node/no-process-env -- the test starts programs as a shell would
    env: { ...process.env, MINIKUBE_HOME: HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function end(child: ChildProcess): Promise<{ exitCode: number | null; text: string }> {
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const { promise, resolve } = Promise.withResolvers<number | null>();
  child.once('close', resolve);
  return { exitCode: await promise, text };
}

/** Everything of minikube's and ours in the engine, and the clusters that are recorded. */
async function things(): Promise<readonly string[]> {
  const deadline = Deadline.in(20_000, 'the engine to list what it has');
  const containers = await Promise.all(
    [CREATED_LABEL, HELPER_LABEL].map((label) => docker.containers.list({ [label]: '' }, deadline)),
  );
  const networks = await docker.networks.list(deadline);
  return [
    ...containers.flat().map(({ name }) => name),
    ...(await docker.volumes(deadline)),
    ...networks.map(({ name }) => name),
    ...(await recordedNames(e2eSetting('PODPROOF_E2E_CACHE'))),
  ].toSorted();
}

test(
  'without a minikube on PATH nothing is started, and it is told what to install',
  async () => {
    const { exitCode, text } = await end(
      start(['run', 'host-port', '--provider', 'minikube'], { PATH: folder }),
    );
    expect(text).toContain('MINIKUBE_MISSING');
    expect(text).toContain('https://minikube.sigs.k8s.io/docs/start/');
    expect(exitCode).toBe(3);
  },
  MINUTES,
);

describeIfThere(`a cluster of minikube${because}`, () => {
  test(
    'shows what kind shows, answers at minikube ip, and leaves nothing',
    async () => {
      const before = await things();
      const json = join(folder, 'result.json');
      const ids = ['host-port', 'one-pod-per-node', 'control-plane-pods', 'tampered-image'];
      const flags = ['--provider', 'minikube', '--nodes', '2', '--no-jest', '--json', json];
      const { exitCode, text } = await end(start(['run', ...ids, ...flags]));
      // Lines break where the width ends.
      const words = text.replaceAll(/\s+/g, ' ');
      expect(words).toMatch(
        /4 scenarios · 18 claims · 18 hold · 0 contradicted · 0 inconclusive · 0 skipped/,
      );
      expect(words).toMatch(
        /200 from this machine \((?:200|refused) at 192\.168\.\d+\.2, which minikube ip names\)/,
      );
      expect(exitCode).toBe(0);
      expect(JSON.parse(readFileSync(json, 'utf8'))).toMatchObject({
        cluster: { provider: 'minikube', nodes: [expect.any(String), expect.stringMatching(/-m02$/)] },
        versions: { minikube: expect.stringMatching(/^\d+\.\d+\.\d+/), nodes: '2' },
      });
      expect(await things()).toEqual(before);
      expect(existsSync(HOME)).toBe(false);
    },
    8 * MINUTES,
  );

  test(
    'a run that is killed while minikube makes a node leaves nothing',
    async () => {
      const before = await things();
      const child = start(['run', 'host-port', '--provider', 'minikube', '--fresh', '--no-jest']);
      const ended = end(child);
      await poll(
        async () => {
          const deadline = Deadline.in(10_000, 'the list of containers');
          const made = await docker.containers.list({ [CREATED_LABEL]: 'true' }, deadline);
          return made.length > 0 ? done(made) : pending('no container of minikube yet');
        },
        { deadline: Deadline.in(2 * MINUTES, 'the first container') },
      );
      child.kill('SIGKILL');
      await ended;
      // The watchdog does it; nobody is asked to.
      await poll(
        async () => {
          const left = (await things()).filter((name) => !before.includes(name));
          return left.length === 0 ? done(left) : pending(left.join(', '));
        },
        { deadline: Deadline.in(2 * MINUTES, 'nothing to be left'), pauseMs: 500 },
      );
      expect(await things()).toEqual(before);
    },
    6 * MINUTES,
  );
});
