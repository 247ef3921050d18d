import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { resolvePlaces } from '../config/places.ts';
import { readBundle } from '../diagnostics/bundle.ts';
import { CANARIES, canariesIn } from '../testing/canaries.ts';
import { e2eSetting } from '../testing/e2e-settings.ts';

/**
 * A real run that is not fine, with every shape of a secret planted where secrets show up: in the variables, the
 * arguments and the log of a pod, in what commands print, and in an error.
 */
const folder = mkdtempSync(join(tmpdir(), 'podproof-diagnostics-e2e-'));
const runs = join(folder, 'runs');
const places = resolvePlaces(process.env);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The scenario in full: its claims are wrong on purpose. */
function plantScenario(): void {
  const scenario = join(folder, 'scenarios', '01-canary');
  mkdirSync(scenario, { recursive: true });
  const pod = (name: string, env: readonly object[]): string =>
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name },
      spec: {
        containers: [
          {
            name: 'main',
            image: 'localhost/podproof/workload:v1',
            command: ['sh', '-c', 'env; sleep infinity', ...CANARIES.map(({ text }) => text)],
            env,
          },
        ],
      },
    });
  const canaries = CANARIES.map(({ text }, index) => ({ name: `PLANTED_${String(index)}`, value: text }));
  writeFileSync(
    join(scenario, 'manifest.yaml'),
    `${pod('pod-canary', canaries)}\n---\n${pod('pod-without', [])}\n`,
  );
  writeFileSync(join(scenario, 'README.md'), '# Canary\n');
  const door = pathToFileURL(join(places.root, 'harness', 'index.ts')).href;
  writeFileSync(
    join(scenario, 'canary.scenario.ts'),
    `import { ask, CannotTell, claim, defineScenario } from ${JSON.stringify(door)};
const lines: readonly [number, number] = [1, 1];
const common = { source: { lines, sentence: 'x' }, subject: 'pod-canary', control: 'pod-without' };
const nothing = { text: 'nothing at all', holds: (seen) => seen === '' };
const anything = { text: 'anything', holds: (seen) => seen !== '' };
const environment = async (pod) => (await ask(pod.runner, ['env'])).stdout;
export default defineScenario({
  id: 'canary',
  title: 'Secrets that were planted',
  article: { heading: 'none', lines },
  claims: [
    claim({ ...common, id: 'wrong', must: 'It MUST be silent', observe: environment,
      show: (seen) => seen.slice(0, 9000), subjectShows: nothing, controlShows: anything }),
    claim({ ...common, id: 'broken', must: 'It MUST not fail',
      observe: async (pod) => { throw new CannotTell(await environment(pod)); },
      show: (seen) => String(seen), subjectShows: nothing, controlShows: anything }),
  ],
  mutants: ['a', 'b'].map((id) => ({ id, change: id, fells: ['wrong', 'broken'], mutate: ({ spec }) => void (spec.hostPID = true) })),
});
`,
  );
}

interface Ended {
  readonly exitCode: number | null;
  readonly output: string;
  readonly folder: string;
}

function podproof(args: readonly string[]): SpawnSyncReturns<string> {
  const launch = fileURLToPath(new URL('../launch.js', import.meta.url));
  const proxy = CANARIES.find(({ shape }) => shape === 'proxy variable')?.text.replace('HTTPS_PROXY=', '');
  return spawnSync(process.execPath, [launch, ...args], {
    env: {
      ...process.env,
      PODPROOF_SCENARIOS: join(folder, 'scenarios'),
      PODPROOF_RUNS: runs,
      HTTPS_PROXY: proxy,
    },
    encoding: 'utf8',
    timeout: 240_000,
  });
}

function run(): Ended {
  plantScenario();
  const reports = ['--json', join(folder, 'result.json'), '--junit', join(folder, 'result.xml')];
  const { status, stdout, stderr } = podproof(['run', '--keep', '--verbose', ...reports]);
  const [name = ''] = readdirSync(runs).filter((entry) => !entry.startsWith('.'));
  return { exitCode: status, output: stdout + stderr, folder: join(runs, name) };
}

function textOf(files: readonly string[]): string {
  return files.map((file) => readFileSync(file, 'latin1')).join('\n');
}

function filesBelow(path: string): readonly string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

describe('a run that is not fine', () => {
  let ended: Ended;
  let bundle: ReadonlyMap<string, Buffer>;
  const all = (): string => [...bundle.values()].join('\n');
  const named = (pattern: RegExp): string =>
    [...bundle]
      .filter(([name]) => pattern.test(name))
      .map(([, content]) => content.toString())
      .join('\n');

  beforeAll(async () => {
    ended = run();
    bundle = await readBundle(join(ended.folder, 'bundle.tar.gz'));
  }, 300_000);

  test('names its bundle, which is small enough for an issue', () => {
    expect(ended.output).toMatch(/^bundle: .*bundle\.tar\.gz/m);
    expect(statSync(join(ended.folder, 'bundle.tar.gz')).size).toBeLessThan(20 * 1024 * 1024);
    expect(statSync(join(ended.folder, 'bundle.tar.gz')).mode & 0o777).toBe(0o600);
    expect(ended.exitCode).toBe(4);
  });

  test('has in it what was there before the clean-up', () => {
    expect(named(/cluster\/pods\.txt$/)).toMatch(/pod-canary .*Running/);
    expect(named(/cluster\/events\.txt$/)).toContain('pod-canary');
    expect(named(/nodes\/.*\/kubelet\.log$/)).toContain('kubelet');
    expect(named(/nodes\/.*\/pods\/.*pod-canary/)).toContain('PLANTED_0=Authorization: Bearer [redacted]');
    expect(named(/control-plane\/pods\/.*kube-apiserver/)).not.toBe('');
    expect(named(/engine\/info\.txt$/)).toContain('Server Version');
    expect(named(/run\/journal\.ndjson$/)).toContain('"type":"clean"');
    expect(JSON.parse(named(/run\/result\.json$/))).toMatchObject({ exitCode: 4 });
    expect(named(/README\.txt$/)).toContain('Nothing is missing.');
  });

  const texts: readonly (readonly [string, () => string])[] = [
    ['the bundle', all],
    ['the run folder', () => textOf(filesBelow(ended.folder))],
    ['the terminal', () => ended.output],
    ['the reports', () => textOf(['result.json', 'result.xml'].map((file) => join(folder, file)))],
  ];

  test('its pods had limits although their manifest says nothing', () => {
    expect(named(/cluster\/pods\.yaml$/)).toMatch(/limits:\n +cpu: "1"\n +memory: 256Mi/);
  });

  test.each(texts)('%s: no secret', (_where, read) => {
    const text = read();
    expect(text).toContain('[redacted]');
    expect(canariesIn(text)).toEqual([]);
  });

  test('can be shown and judged again from the bundle alone', () => {
    const { status, stdout } = podproof(['report', join(ended.folder, 'bundle.tar.gz')]);
    expect(stdout).toContain('CONTRADICTED It MUST be silent');
    expect(stdout).not.toContain('REJUDGED_DIFFERENTLY');
    expect(status).toBe(4);
  });

  test('nothing of the cluster’s own kubeconfig is in there', () => {
    const kubeconfig = readFileSync(e2eSetting('PODPROOF_E2E_KUBECONFIG'), 'utf8');
    const keys = [...kubeconfig.matchAll(/client-(?:key|certificate)-data: (\S+)/g)].map(
      ([, key = '']) => key,
    );
    expect(keys).toHaveLength(2);
    for (const key of keys) expect(all()).not.toContain(key.slice(40, 100));
  });
});
