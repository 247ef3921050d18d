import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../core/clock.ts';
import { describeError } from '../core/errors.ts';
import { readJournal } from '../report/read-journal.ts';
import { summarize } from '../report/summary.ts';
import { SOUND } from '../testing/malformed/scenario-files.ts';
import type { FaultBench } from './bench.ts';
import { engineLeftovers } from './engine-leftovers.ts';
import type { Fault } from './fault.ts';
import { leftoversOf } from './leftovers.ts';
import type { Ended } from './podproof-run.ts';

/** What must be the same before and after: taken before the fault, asked afterwards. */
export interface Before {
  readonly kubeconfig: string;
  /** What the engine has, where there is one. */
  readonly engine: ReadonlySet<string>;
}

export interface Judged {
  readonly problems: readonly string[];
  /** Time from the end of the process until nothing was left. */
  readonly cleanMs: number | null;
}

export async function lookBefore(bench: FaultBench): Promise<Before> {
  const engine = bench.isReal ? await engineLeftovers(bench.cache) : [];
  return { kubeconfig: await fingerprint(bench.kubeconfig), engine: new Set(engine) };
}

/** A run like that of anybody, which must be green; it leaves a cluster of one node. */
export const PLAIN_RUN: readonly string[] = ['run', 'run-as-guest', '--nodes', '1', '--keep'];

/** Everything that must be true after a fault. An empty list of problems means: podproof took it as it should. */
export async function judgeFault(
  fault: Fault,
  bench: FaultBench,
  ended: Ended,
  before: Before,
): Promise<Judged> {
  const problems = [...endingProblems(fault, ended), ...blockProblems(fault, ended)];
  problems.push(...(await recordProblems(bench, ended)));
  const { needs = 'nothing', mayAskEngine = needs !== 'nothing' } = fault;
  if (!mayAskEngine) problems.push(...(await engineProblems(bench)));
  const clean = await untilClean(() => leftNow(bench, before), fault.cleanMs ?? 5000);
  problems.push(...clean.problems);
  if ((await fingerprint(bench.kubeconfig)) !== before.kubeconfig)
    problems.push('the kubeconfig of the user was touched');
  problems.push(...(await nextRunProblems(fault, bench)));
  return { problems, cleanMs: clean.ms };
}

function endingProblems(fault: Fault, ended: Ended): readonly string[] {
  const { withinMs = 10_000 } = fault;
  const seen = ended.signal ?? ended.exitCode;
  return [
    ...(seen === fault.exit ? [] : [`ended with ${String(seen)}, not with ${String(fault.exit)}`]),
    ...(ended.ms <= withinMs ? [] : [`took ${String(ended.ms)} ms, more than ${String(withinMs)}`]),
  ];
}

/** Says what happened and what to do; nobody has to know our code to go on. */
function blockProblems({ code, tells = [] }: Fault, { stdout, stderr }: Ended): readonly string[] {
  const text = `${stdout}\n${stderr}`;
  // Lines break anywhere between words.
  const flat = text.replaceAll(/\s+/g, ' ');
  const missing = tells
    .filter((each) =>
      typeof each === 'string' ? !flat.includes(each) : !each.test(text) && !each.test(flat),
    )
    .map((each) => `did not tell ${String(each)}`);
  if (code === undefined) return missing;
  const [, block] = text.split(new RegExp(`^\\S{1,2} ${code}$`, 'm'));
  if (block === undefined) return [...missing, `has no error block ${code}`];
  return block.includes('what to do') ? missing : [...missing, `${code} does not say what to do`];
}

/** No claim holds that was not looked at, and the result says the same as the process. */
async function recordProblems(bench: FaultBench, ended: Ended): Promise<readonly string[]> {
  const runs = (await readdir(bench.runs)).filter((name) => name.startsWith('2'));
  const found = await Promise.all(runs.map((run) => recordOf(join(bench.runs, run), ended)));
  return found.flat();
}

async function recordOf(folder: string, ended: Ended): Promise<readonly string[]> {
  const problems: string[] = [];
  const result = await readFile(join(folder, 'result.json'), 'utf8').catch(() => undefined);
  const told = /^ {2}"exitCode": (\d+)$/m.exec(result ?? '')?.[1];
  if (told !== undefined && ended.exitCode !== null && Number(told) !== ended.exitCode)
    problems.push(`the result says exit ${told}, the process ${String(ended.exitCode)}`);
  if (ended.exitCode === 0 && result === undefined) problems.push('exit 0 without a result');
  try {
    const events = await readJournal(join(folder, 'journal.ndjson'), { isRunning: ended.exitCode !== 0 });
    const { findings } = summarize(events);
    const unproven = findings.filter(({ kind }) => kind === 'holds without proof');
    if (ended.exitCode !== 5) problems.push(...unproven.map(({ text }) => text));
  } catch (error) {
    // A journal that was tampered with must have been noticed.
    if (ended.exitCode !== 5) problems.push(`the journal cannot be read: ${describeError(error)}`);
  }
  return problems;
}

async function engineProblems(bench: FaultBench): Promise<readonly string[]> {
  const calls = (await readFile(bench.path('calls'), 'utf8')).split('\n').filter((line) => line !== '');
  const requests = bench.daemons.flatMap((daemon) => daemon.requests);
  return [...calls, ...requests].map((call) => `an engine was asked: ${call}`);
}

/** Of this fault's own place, and what the engine has now and had not before. */
async function leftNow(bench: FaultBench, { engine }: Before): Promise<readonly string[]> {
  const own = await leftoversOf(bench);
  if (!bench.isReal) return own;
  return [...own, ...(await engineLeftovers(bench.cache)).filter((each) => !engine.has(each))];
}

async function untilClean(
  leftovers: () => Promise<readonly string[]>,
  withinMs: number,
): Promise<{ readonly problems: readonly string[]; readonly ms: number | null }> {
  const startedAt = systemClock.now();
  for (;;) {
    const left = await leftovers();
    const ms = Math.round(systemClock.now() - startedAt);
    if (left.length === 0) return { problems: [], ms };
    if (ms > withinMs) return { problems: left.map((each) => `left behind: ${each}`), ms: null };
    await systemClock.sleep(50);
  }
}

/** What happened must not be felt any more by the next one. */
async function nextRunProblems(
  { needs = 'nothing', nextRun = true }: Fault,
  bench: FaultBench,
): Promise<readonly string[]> {
  if (!nextRun) return [];
  if (needs !== 'nothing') return plainEnd(await bench.podproof(PLAIN_RUN).ended);
  await rm(bench.path('scenarios'), { recursive: true, force: true });
  await bench.plant(SOUND);
  return plainEnd(await bench.fakePodproof(['run', '--no-jest']).ended);
}

function plainEnd({ exitCode, stderr }: Ended): readonly string[] {
  return exitCode === 0 ? [] : [`the next run ended with ${String(exitCode)}: ${stderr.trim().slice(-200)}`];
}

/** Content and times; reading changes neither. */
async function fingerprint(file: string): Promise<string> {
  const { mtimeMs, size, mode } = await stat(file);
  const sum = createHash('sha256')
    .update(await readFile(file))
    .digest('hex');
  return [sum, mtimeMs, size, mode].join(' ');
}
