import { CODE, SOUND, another } from '../testing/malformed/scenario-files.ts';
import type { FaultBench } from './bench.ts';
import type { Fault } from './fault.ts';
import type { Ended } from './podproof-run.ts';

/** F48: whatever a scenario file does, a run that proved nothing is not green. */
const OBSERVE = 'return { word: result.stdout.trim() };';

/** The sound scenario with other code, run on a made-up cluster and judged by Jest. */
function withCode(
  change: (code: string) => string,
  argv: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Fault['run'] {
  return async (bench) => {
    const text = change(CODE);
    if (text === CODE && argv.length + Object.keys(env).length === 0) throw new Error('nothing was planted');
    await bench.plant({ ...SOUND, 'scenarios/01-one/one.scenario.ts': text });
    return bench.fakePodproof(['run', ...argv], env).ended;
  };
}

const inObserve = (statement: string): Fault['run'] =>
  withCode((code) => code.replace(OBSERVE, `${statement}\n        ${OBSERVE}`));
const atFirst = (statement: string): Fault['run'] =>
  withCode((code) => code.replace('observe: async (pod, scene) => {', `$&\n        ${statement}`));
const atImport = (statement: string): Fault['run'] => withCode((code) => `${statement}\n${code}`);
const inHolds = (statement: string): Fault['run'] =>
  withCode((code) => code.replace("=> word === 'host'", `=> { ${statement}; return word === 'host'; }`));

const fault = (what: string, exit: Fault['exit'], run: Fault['run'], over: Partial<Fault> = {}): Fault => ({
  id: 'F48',
  what,
  exit,
  run,
  ...over,
});

/** Code without an end, which costs its claim ten seconds at most, and again at the second attempt. */
const endless = (what: string, run: Fault['run'], tells: readonly string[]): Fault =>
  fault(what, 4, run, { tells, withinMs: 60_000 });
/** What the loop guard tells, and what a call with a limit tells. */
const STOPPED = ['one.scenario.ts', 'and was stopped'];
const OUT_OF_TIME = ['still computing after 5 s; a loop in it never ends'];

/** Only in the Jest child that judges the record again. */
const IN_JEST = 'if (process.env.JEST_WORKER_ID !== undefined)';

export const TRUTH_FAULTS: readonly Fault[] = [
  fault(
    'nothing is wrong: the way from here to green exists',
    0,
    withCode((code) => code, ['--mutants']),
  ),
  fault('process.exit(0) while a pod is observed', 5, inObserve('process.exit(0);'), {
    code: 'FOREIGN_EXIT',
  }),
  fault(
    'process.exit(0) while a pod is observed, in a try that swallows everything',
    5,
    inObserve('try { process.exit(0); } catch {}'),
    { code: 'FOREIGN_EXIT' },
  ),
  fault('process.exit(0) in an expectation', 5, inHolds('process.exit(0)'), { code: 'FOREIGN_EXIT' }),
  fault(
    'process.exit(0) in a timer of a scenario file',
    5,
    atImport('setTimeout(() => process.exit(0), 1);'),
    {
      code: 'FOREIGN_EXIT',
    },
  ),
  fault('process.exit(0) at import, swallowed', 5, atImport('try { process.exit(0); } catch {}'), {
    code: 'FOREIGN_EXIT',
  }),
  fault('process.exit(0) at import, in the judge only', 5, atImport(`${IN_JEST} process.exit(0);`), {
    tells: ['INTEGRITY'],
  }),
  fault('process.exit(0) in an expectation, in the judge only', 5, inHolds(`${IN_JEST} process.exit(0)`), {
    tells: ['INTEGRITY'],
  }),
  fault(
    'a promise that nobody awaits is rejected',
    70,
    inObserve("Promise.reject(new Error('forgotten'));"),
    {
      code: 'UNCAUGHT',
      tells: ['forgotten', 'one.scenario.ts'],
    },
  ),
  fault(
    'an error is thrown in a timer',
    70,
    inObserve("setTimeout(() => { throw new Error('late'); }, 1); await scene.hold(50);"),
    {
      code: 'UNCAUGHT',
      tells: ['late'],
    },
  ),
  fault('an observation throws', 4, inObserve("throw new Error('cannot look');"), {
    tells: ['cannot look', 'is tried once more'],
  }),
  fault('an expectation throws', 4, inHolds('word.nothing.here'), { tells: ["the claim's own code failed"] }),
  endless('an observation computes for ever', inObserve('for (;;);'), STOPPED),
  endless('an observation computes for ever before it asks anything', atFirst('for (;;);'), OUT_OF_TIME),
  endless('an observation awaits nothing for ever', inObserve('for (;;) await null;'), STOPPED),
  endless('an expectation computes for ever', inHolds("if (word === 'own') for (;;)"), OUT_OF_TIME),
  fault(
    'everything that a run waits for is gone',
    70,
    withCode((code) => code.replace(OBSERVE, `await new Promise(() => {});`), ['--no-jest']),
    { code: 'NO_OUTCOME' },
  ),
  fault(
    'an observation asks nothing',
    5,
    withCode((code) =>
      code.replace(
        /const result = [^]*?stdout\.trim\(\) };/,
        "return { word: pod.name === 'pod-hn' ? 'host' : 'own' };",
      ),
    ),
    {
      tells: ['nothing was asked'],
    },
  ),
  fault(
    'the process is killed while a pod is observed',
    'SIGKILL',
    inObserve("process.kill(process.pid, 'SIGKILL');"),
  ),
  fault(
    'the process is killed while Jest waits for the record',
    'SIGKILL',
    inObserve(
      "if (pod.name === 'pod-plain') { await scene.hold(400); process.kill(process.pid, 'SIGKILL'); }",
    ),
    { cleanMs: 10_000 },
  ),
  fault('a timer is never cleared', 0, atImport('setInterval(() => {}, 1000);'), { withinMs: 15_000 }),
  fault(
    'the exit code is set to 0 by somebody else',
    1,
    withCode((code) => `process.on('beforeExit', () => { process.exitCode = 0; });\n${code}`, [], {
      PODPROOF_FAKE: 'liar',
    }),
  ),
  fault(
    'a contradiction',
    1,
    withCode((code) => code, [], { PODPROOF_FAKE: 'liar' }),
  ),
  fault(
    'all claims are skipped',
    5,
    withCode((code) => code.replace("id: 'one',", "id: 'one', requires: { schedulableNodes: 9 },")),
    {
      tells: ['no claim was judged'],
    },
  ),
  fault(
    'a filter that matches nothing',
    2,
    withCode((code) => code, ['two']),
    { code: 'UNKNOWN_SCENARIO' },
  ),
  fault('a folder without a scenario', 2, (bench) => bench.fakePodproof(['run']).ended, {
    code: 'SCENARIO_INVALID',
  }),
  fault('one id in two folders', 2, twice, { code: 'SCENARIO_INVALID' }),
  fault('the journal is cut while the run goes on', 5, inObserve(onJournal('fs.truncateSync(file, 40)')), {
    code: 'JOURNAL_CHANGED',
  }),
  fault(
    'the journal loses a line while the run goes on',
    5,
    inObserve(onJournal("fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replace(/.*plan.*\\n/, ''))")),
    {
      code: 'JOURNAL_CHANGED',
    },
  ),
  fault(
    'the judge makes the record say what the claim wants',
    5,
    withCode(
      (code) =>
        `if (process.env.JEST_WORKER_ID !== undefined) { ${onJournal("fs.writeFileSync(file, fs.readFileSync(file, 'utf8').replaceAll('own', 'host'))")} }\n${code}`,
      [],
      { PODPROOF_FAKE: 'liar' },
    ),
    { code: 'JOURNAL_CHANGED' },
  ),
  fault(
    'a stream that is cut once holds at the second attempt',
    0,
    withCode((code) => code, [], { PODPROOF_FAKE: 'cut once' }),
    {
      tells: ['at the second attempt'],
    },
  ),
  fault(
    'a stream that is cut once, in a strict run',
    7,
    withCode((code) => code, ['--strict'], { PODPROOF_FAKE: 'cut once' }),
    {
      tells: ['RETRIED'],
    },
  ),
  fault(
    'every stream is cut',
    4,
    withCode((code) => code, ['--strict'], { PODPROOF_FAKE: 'cut' }),
    { tells: ['is tried once more'] },
  ),
];

/** A statement that does something to the journal of the run. */
function onJournal(statement: string): string {
  return `{ const fs = await import('node:fs'); const runs = process.env.PODPROOF_RUNS; for (const run of fs.readdirSync(runs).filter((name) => name.startsWith('2'))) { const file = runs + '/' + run + '/journal.ndjson'; ${statement}; } }`;
}

async function twice(bench: FaultBench): Promise<Ended> {
  await bench.plant({ ...SOUND, ...another('one') });
  return bench.fakePodproof(['run']).ended;
}
