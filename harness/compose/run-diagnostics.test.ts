import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { ClusterProvider, KeepFile } from '../core/cluster.ts';
import type { Deadline } from '../core/deadline.ts';
import { InfrastructureError, InterruptedError } from '../core/errors.ts';
import type { NewRunEvent } from '../core/events.ts';
import { silentProgress } from '../core/progress.ts';
import { readBundle } from '../diagnostics/bundle.ts';
import { consoleReport } from '../report/console.ts';
import { fanOut } from '../report/fan-out.ts';
import { openJournal } from '../report/journal.ts';
import { problemEvent } from '../report/problem.ts';
import { summarize } from '../report/summary.ts';
import { CANARIES, canariesIn } from '../testing/canaries.ts';
import { CONTRADICTED, HOST_PORT, seen, unitEvents, wholeRun } from '../testing/run-events.ts';
import { writeReports } from './reports.ts';
import { runDiagnostics, type RunDiagnostics } from './run-diagnostics.ts';

const SECRETS = CANARIES.map(({ text }) => text).join('\n\n');
const style = { width: 100, color: false, unicode: true };

let folder: string;
let interrupt: AbortController;
let diagnostics: RunDiagnostics;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podproof-diagnostics-'));
  interrupt = new AbortController();
  diagnostics = runDiagnostics({ folder, progress: silentProgress, signal: interrupt.signal });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function cluster(diagnose: (keep: KeepFile, deadline: Deadline) => Promise<void>): void {
  const provider: Pick<ClusterProvider, 'diagnose'> = {
    diagnose: (_name, keep, deadline) => diagnose(keep, deadline),
  };
  Object.assign(diagnostics.sources, { provider, cluster: 'podproof-3f2a91' });
}

const bundle = (): Promise<ReadonlyMap<string, Buffer>> => readBundle(join(folder, 'bundle.tar.gz'));

/** A run that sees secrets everywhere, as far as its files go. @returns what it printed */
async function storeRun(): Promise<string> {
  const printed: string[] = [];
  const events: NewRunEvent[] = [];
  const journal = openJournal(join(folder, 'journal.ndjson'));
  const report = consoleReport({ write: (text) => printed.push(text), style, verbose: true });
  const sink = fanOut([{ emit: (event) => events.push(event) }, journal, report]);
  const claims = unitEvents(HOST_PORT, {
    verdict: CONTRADICTED,
    seen: SECRETS,
    subject: seen(SECRETS, { argv: ['curl', '-H', CANARIES[0]?.text ?? ''], stderr: SECRETS }),
  });
  const cause = new Error(SECRETS);
  const error = new InfrastructureError('X', SECRETS, { hint: SECRETS, context: { seen: SECRETS }, cause });
  for (const event of wholeRun([HOST_PORT], [...claims, problemEvent(error), problemEvent(cause)]))
    sink.emit(event);
  journal.close();
  await diagnostics.collect();
  await diagnostics.pack(summarize(events), 4);
  const settings = { json: join(folder, 'x.json'), junit: join(folder, 'x.xml') };
  await writeReports(summarize(events), { settings, folder, exitCode: 4 });
  return printed.join('');
}

describe('what a run leaves', () => {
  test('has none of the secrets that it saw, in no file and not on the screen', async () => {
    cluster((keep) => Promise.resolve(keep('nodes/x/kubelet.log', SECRETS)));
    await writeFile(join(folder, 'engine.log'), SECRETS);
    const printed = await storeRun();
    // That one file stands for a program that wrote it by itself; its copy in the bundle must be clean.
    await rm(join(folder, 'engine.log'));
    const names = (await readdir(folder)).filter((name) => !name.endsWith('.gz'));
    const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
    expect(names.toSorted()).toEqual(['journal.ndjson', 'result.json', 'summary.md', 'x.json', 'x.xml']);
    for (const text of [printed, ...texts, ...[...(await bundle()).values()].map(String)])
      expect(canariesIn(text)).toEqual([]);
    expect([...(await bundle()).keys()].map((name) => name.replace(/^podproof-r1\//, '')).toSorted()).toEqual(
      [
        'README.txt',
        'host.json',
        'nodes/x/kubelet.log',
        'run/engine.log',
        'run/journal.ndjson',
        'run/result.json',
        'run/summary.md',
      ],
    );
  });

  test('says on its first page what is not in it', async () => {
    await diagnostics.collect();
    const { missing } = await diagnostics.pack(summarize([]), 3);
    expect(missing).toEqual(['the engine: there was none yet', 'the cluster: there was none yet']);
    const page = [...(await bundle())].find(([name]) => name.endsWith('README.txt'))?.[1].toString();
    expect(page).toContain('ended with exit 3');
    expect(page).toContain('- the cluster: there was none yet');
  });

  test('is packed also when nothing was asked any more', async () => {
    expect(await diagnostics.pack(summarize([]), 6)).toMatchObject({
      file: 'bundle.tar.gz',
      missing: [expect.stringContaining('were gone')],
    });
  });

  test('a bundle that cannot be written is told and stops nobody', async () => {
    await writeFile(join(folder, 'bundle.tar.gz'), 'somebody else’s');
    expect(await diagnostics.pack(summarize([]), 6)).toMatchObject({
      file: null,
      missing: [expect.any(String), expect.stringContaining('EEXIST')],
    });
  });
});

describe('asking the cluster', () => {
  test('happens once, however often it is asked for', async () => {
    let times = 0;
    cluster(() => Promise.resolve(void (times += 1)));
    await Promise.all([diagnostics.collect(), diagnostics.collect()]);
    await diagnostics.collect();
    expect(times).toBe(1);
  });

  test('ends soon after Ctrl-C, with what was there until then, even if nothing answers', async () => {
    cluster(async (keep) => {
      keep('cluster/early.txt', 'was there');
      interrupt.abort(new InterruptedError('SIGINT'));
      await new Promise(() => undefined);
    });
    const startedAt = performance.now();
    await diagnostics.collect();
    expect(performance.now() - startedAt).toBeLessThan(5000);
    const { missing } = await diagnostics.pack(summarize([]), 130);
    expect(missing.join()).toContain('interrupted');
    expect([...(await bundle()).keys()].join()).toContain('early.txt');
  });

  test('a provider that breaks its promise is a line in the list', async () => {
    cluster(() => Promise.reject(new Error('boom')));
    await diagnostics.collect();
    expect((await diagnostics.pack(summarize([]), 4)).missing.join()).toContain('boom');
  });
});
