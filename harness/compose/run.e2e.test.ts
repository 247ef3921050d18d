import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { ClusterRecord } from '../clusters/cluster-record.ts';
import { resolvePlaces } from '../config/places.ts';
import { describeResult } from '../core/command.ts';
import { systemClock } from '../core/clock.ts';
import { Deadline } from '../core/deadline.ts';
import { connectDocker } from '../docker/connect.ts';
import type { ResultV1 } from '../report/result-v1.ts';

/**
 * The command line on a real cluster: what people do wrong, and what goes wrong under them. Uses the kept cluster of
 * the end-to-end tests, except where a cluster has to die.
 */
const places = resolvePlaces(process.env);
const folder = mkdtempSync(join(tmpdir(), 'podproof-run-e2e-'));
const MINUTES = 60_000;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  readonly exitCode: number | null;
  readonly text: string;
  readonly seconds: number;
}

class Run {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  #text = '';

  constructor(args: readonly string[], env: Record<string, string> = {}) {
    const startedAt = performance.now();
    const launch = fileURLToPath(new URL('../launch.js', import.meta.url));
    this.child = spawn(process.execPath, [launch, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        this.#text += chunk.toString();
      });
    }
    this.ended = new Promise((resolve) => {
      this.child.once('close', (exitCode) =>
        resolve({ exitCode, text: this.#text, seconds: (performance.now() - startedAt) / 1000 }),
      );
    });
  }

  /** Resolves when the output holds the text; rejects when the process ends before. */
  async says(text: string): Promise<void> {
    for (;;) {
      if (this.#text.includes(text)) return;
      const ended = await Promise.race([this.ended, systemClock.sleep(50)]);
      if (ended !== undefined && !this.#text.includes(text))
        throw new Error(`never said ${text}:\n${this.#text}`);
    }
  }
}

/** A copy of the scenarios in which one file is changed. */
function changedScenarios(file: string, change: (text: string) => string): string {
  const copy = mkdtempSync(join(folder, 'scenarios-'));
  cpSync(places.scenarios, copy, { recursive: true });
  const door = pathToFileURL(join(places.root, 'harness', 'index.ts')).href;
  for (const name of readdirSync(copy, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.ts')) continue;
    const path = join(copy, name);
    writeFileSync(path, readFileSync(path, 'utf8').replace('../../harness/index.ts', door));
  }
  const path = join(copy, file);
  const before = readFileSync(path, 'utf8');
  const after = change(before);
  if (after === before) throw new Error('the change changed nothing');
  writeFileSync(path, after);
  return copy;
}

describe('podproof run', () => {
  test('a misspelt field is exit 2 with its place, before anything is started', async () => {
    const scenarios = changedScenarios('01-host-network/manifest.yaml', (text) =>
      text.replace('hostNetwork: true', 'hostNetwrok: true'),
    );
    const { exitCode, text, seconds } = await new Run(['run', '--keep'], { PODPROOF_SCENARIOS: scenarios })
      .ended;
    expect(exitCode).toBe(2);
    expect(text.replaceAll(/\s+/g, ' ')).toContain(
      'manifest.yaml:7:3 unknown field "hostNetwrok" in Pod.spec. Did you mean "hostNetwork"?',
    );
    expect(text).not.toContain('engine');
    expect(seconds).toBeLessThan(10);
  });

  test(
    'a manifest without hostNetwork is exit 1, naming claim, expected and observed',
    async () => {
      const scenarios = changedScenarios('01-host-network/manifest.yaml', (text) =>
        text.replace('  hostNetwork: true\n', ''),
      );
      const { exitCode, text } = await new Run(['run', 'host-network', '--keep', '--no-color'], {
        PODPROOF_SCENARIOS: scenarios,
      }).ended;
      expect(text).toContain('A pod with hostNetwork MUST be in the network namespace of its node');
      expect(text).toMatch(/expected\s+the network namespace of the node’s PID 1/);
      expect(text).toMatch(/seen\s+net:\[\d+\] ≠ node net:\[\d+\]/);
      expect(exitCode).toBe(1);
    },
    5 * MINUTES,
  );

  test(
    'all sixteen scenarios hold on the kept cluster, both judges agree, and no pod is left',
    async () => {
      const file = join(folder, 'all.json');
      const { exitCode, text } = await new Run(['run', '--keep', '--json', file]).ended;
      const result = JSON.parse(readFileSync(file, 'utf8')) as ResultV1;
      expect(
        result.scenarios.flatMap(({ claims }) =>
          claims.filter(({ verdict }) => verdict?.kind !== 'holds').map(({ id, seen }) => `${id}: ${seen}`),
        ),
      ).toEqual([]);
      expect(result.counts).toMatchObject({ scenarios: 16, claims: 64, holds: 64 });
      expect(result.judge).toMatchObject({ by: 'jest', agreed: true });
      expect(text).toContain('64 hold');
      expect(exitCode).toBe(0);
    },
    5 * MINUTES,
  );

  test(
    'Ctrl-C while the cluster is being made is exit 130 and leaves nothing',
    async () => {
      const run = new Run(['run', '--fresh', '--nodes', '1']);
      await run.says('cluster');
      setTimeout(() => run.child.kill('SIGINT'), 8000);
      const { exitCode, text } = await run.ended;
      expect(text).toContain('INTERRUPTED');
      expect(text).not.toContain('LEFT BEHIND');
      expect(exitCode).toBe(130);
    },
    5 * MINUTES,
  );

  test(
    'an API server that dies under the run is exit 4, soon, and never a verdict',
    async () => {
      const file = join(folder, 'dead.json');
      const run = new Run(['run', '--fresh', '--nodes', '1', '--json', file, '--no-jest']);
      await run.says('podproof ·');
      await killApiServer();
      const { exitCode, text } = await run.ended;
      const result = JSON.parse(readFileSync(file, 'utf8')) as ResultV1;
      expect(result.counts.contradicted).toBe(0);
      expect(text).toMatch(/API_UNREACHABLE|WATCH_LOST|INCONCLUSIVE/);
      expect(text).not.toContain('LEFT BEHIND');
      expect(exitCode).toBe(4);
    },
    8 * MINUTES,
  );
});

/** Takes the API server's manifest away on the newest cluster and kills it, so that the kubelet cannot bring it back. */
async function killApiServer(): Promise<void> {
  const clusters = join(places.cache, 'clusters');
  const records = readdirSync(clusters).flatMap((name) => {
    const file = join(clusters, name, 'record.json');
    return existsSync(file) ? [JSON.parse(readFileSync(file, 'utf8')) as ClusterRecord] : [];
  });
  const newest = records.toSorted((one, other) => other.createdAt.localeCompare(one.createdAt))[0];
  if (newest === undefined) throw new Error('there is no cluster');
  const docker = await connectDocker({ endpoint: newest.endpoint, env: process.env });
  const node = docker.runner(`${newest.name}-control-plane`, 'the control plane');
  for (const argv of [
    ['mv', '/etc/kubernetes/manifests/kube-apiserver.yaml', '/root/'],
    ['pkill', '-9', '-x', 'kube-apiserver'],
  ] as const) {
    const result = await node.run([...argv], { deadline: Deadline.in(30_000, argv.join(' ')) });
    if (result.kind !== 'exited' || result.exitCode !== 0)
      throw new Error(`${argv.join(' ')}: ${describeResult(result)}`);
  }
  docker.close();
}
