import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { systemClock } from '../../core/clock.ts';
import { isRecord } from '../../core/json.ts';
import { e2eSetting } from '../../testing/e2e-settings.ts';

/**
 * The real command line on a cluster that it did not make, with a cache of its own and without any container engine.
 * Whether the cluster is as it was is asked of kubectl on the node, which knows nothing of podproof.
 */
const MINUTES = 60_000;
const home = mkdtempSync(join(tmpdir(), 'podproof-attached-e2e-'));
const kubeconfig = join(home, 'config');
const cache = join(home, 'cache');
const docker = [e2eSetting('PODPROOF_E2E_DOCKER_CLI'), '--host', e2eSetting('PODPROOF_E2E_ENGINE')];
let controlPlane = '';

beforeAll(() => {
  const filter = 'label=io.x-k8s.kind.role=control-plane';
  controlPlane = command([...docker, 'ps', '--filter', filter, '--format', '{{.Names}}']).trim();
  writeFileSync(kubeconfig, twoContexts(readFileSync(e2eSetting('PODPROOF_E2E_KUBECONFIG'), 'utf8')));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));
afterEach(() => {
  kubectl('delete', 'configmap', '--namespace', 'default', '--ignore-not-found', 'planted', 'foreign');
});

/** As kind writes it, with our name for the context, and another one that is somewhere else and current. */
function twoContexts(text: string): string {
  const name = /current-context: (\S+)/.exec(text)?.[1] ?? '';
  const contexts = `contexts:
- context: { cluster: elsewhere, user: ${name} }
  name: production
- context: { cluster: ${name}, user: ${name} }
  name: mine
`;
  return text
    .replace(/contexts:\n(?:[- ].*\n)+/, contexts)
    .replace('clusters:\n', 'clusters:\n- { name: elsewhere, cluster: { server: "https://203.0.113.9" } }\n')
    .replace(/current-context: .*/, 'current-context: production');
}

function command([program = '', ...args]: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', timeout: MINUTES });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${String(status)} ${stderr}`);
  return stdout;
}

function kubectl(...args: readonly string[]): string {
  const kubectlThere = ['kubectl', '--kubeconfig', '/etc/kubernetes/admin.conf'];
  return command([...docker, 'exec', controlPlane, ...kubectlThere, ...args]);
}

/** Everything that kubectl can list, events and leases left out: kind, namespace, name and uid. */
function everything(): readonly string[] {
  const kinds = kubectl('api-resources', '--verbs=list', '--output=name')
    .split('\n')
    .filter((kind) => kind !== '' && !/^(?:events|leases|componentstatuses)(?:\.|$)/.test(kind));
  const columns =
    'custom-columns=KIND:.kind,NAMESPACE:.metadata.namespace,NAME:.metadata.name,UID:.metadata.uid';
  return kubectl('get', kinds.join(','), '--all-namespaces', '--no-headers', '--output', columns)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .toSorted();
}

interface Ended {
  readonly exitCode: number | null;
  readonly text: string;
}

class Run {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  #text = '';

  constructor(...args: readonly string[]) {
    const launch = fileURLToPath(new URL('../../launch.js', import.meta.url));
    const env = {
      // oxlint-disable-next-line node/no-process-env -- the child needs what this process has
      ...process.env,
      KUBECONFIG: kubeconfig,
      PODPROOF_CACHE: cache,
      PODPROOF_RUNS: join(home, 'runs'),
      DOCKER_HOST: 'unix:///nowhere/docker.sock',
    };
    this.child = spawn(process.execPath, [launch, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout, this.child.stderr])
      stream?.on('data', (chunk: Buffer) => (this.#text += chunk.toString()));
    this.ended = new Promise((resolve) => {
      this.child.once('close', (exitCode) => resolve({ exitCode, text: this.#text }));
    });
  }

  /** Resolves when the output holds the text; rejects when the process ends before. */
  async says(text: string): Promise<void> {
    while (!this.#text.includes(text)) {
      const ended = await Promise.race([this.ended, systemClock.sleep(50)]);
      if (ended !== undefined && !this.#text.includes(text))
        throw new Error(`never said ${text}:\n${this.#text}`);
    }
  }
}

const MINE = ['--provider', 'attached', '--context', 'mine', '--i-own-this-cluster'];
const attachments = (): readonly string[] => {
  const folder = join(cache, 'attached', 'clusters');
  return existsSync(folder) ? readdirSync(folder) : [];
};

describe('an attached cluster', () => {
  test(
    'claims hold, no engine is touched, and the cluster and the user’s kubeconfig are as they were',
    async () => {
      const objects = everything();
      const { mtimeMs } = statSync(kubeconfig);
      const file = readFileSync(kubeconfig);
      const result = join(home, 'result.json');
      const ids = ['host-network', 'host-port', 'host-directory', 'exec-form'];
      const { exitCode, text } = await new Run('run', ...ids, ...MINE, '--json', result).ended;
      expect(text).toContain('podproof · attached mine · Kubernetes v');
      expect(exitCode).toBe(0);
      const written: unknown = JSON.parse(readFileSync(result, 'utf8'));
      expect(written).toMatchObject({ cluster: { provider: 'attached' }, cleanup: { leftovers: [] } });
      // Whoever reads the evidence knows that a pod of ours looked at the node.
      const seen = placesIn(written).filter((where) => where.startsWith('node '));
      expect(seen.length).toBeGreaterThan(10);
      expect(
        seen.filter((where) => !/seen by our own pod podproof-[0-9a-f]{6}-nodes\/look-/.test(where)),
      ).toEqual([]);
      expect(text).not.toMatch(/^. engine/m);
      expect(readdirSync(cache)).toEqual(['attached']);
      expect(attachments()).toEqual([]);
      expect(everything()).toEqual(objects);
      expect(readFileSync(kubeconfig).equals(file)).toBe(true);
      expect(statSync(kubeconfig).mtimeMs).toBe(mtimeMs);
    },
    6 * MINUTES,
  );

  test(
    'what is ours and stays is exit 6, what others do meanwhile is only told; clean tries again',
    async () => {
      const run = new Run('run', 'host-network', '--no-jest', ...MINE);
      await run.says('✔ cluster of context mine');
      kubectl('create', 'configmap', 'foreign', '--namespace', 'default');
      kubectl('create', 'configmap', 'planted', '--namespace', 'default');
      kubectl('label', 'configmap', 'planted', '--namespace', 'default', 'podproof.dev/run=x');
      const ended = await run.ended;
      const text = ended.text.replaceAll(/\s+/g, ' ');
      expect(text).toContain('ConfigMap default/planted is new');
      expect(text).toContain('changed by others meanwhile: ConfigMap default/foreign is new');
      expect(ended.exitCode).toBe(6);
      expect(attachments()).toHaveLength(1);
      kubectl('delete', 'configmap', 'planted', '--namespace', 'default');
      const cleaned = await new Run('clean').ended;
      expect(cleaned).toMatchObject({ exitCode: 0, text: expect.stringMatching(/attachment \S+ removed/) });
      expect(attachments()).toEqual([]);
    },
    6 * MINUTES,
  );

  test(
    'a run that is killed is taken back by its watchdog',
    async () => {
      const objects = everything();
      mkdirSync(join(home, 'runs'), { recursive: true });
      const run = new Run('run', ...MINE, '--no-jest');
      await run.says('host-network · article');
      run.child.kill('SIGKILL');
      await run.ended;
      expect(attachments()).toHaveLength(1);
      for (const until = Date.now() + 3 * MINUTES; attachments().length > 0 && Date.now() < until;)
        await systemClock.sleep(500);
      expect(attachments()).toEqual([]);
      expect(everything()).toEqual(objects);
    },
    6 * MINUTES,
  );
});

/** Every `where` of the evidence in a result. */
function placesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(placesIn);
  if (!isRecord(value)) return [];
  const { where } = value;
  return [...(typeof where === 'string' ? [where] : []), ...Object.values(value).flatMap(placesIn)];
}
