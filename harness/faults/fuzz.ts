import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../core/clock.ts';

export interface FuzzOrder {
  readonly seed: number;
  readonly count: number;
}

export interface FuzzReport extends FuzzSummary {
  readonly findings: readonly string[];
}

/** What the process that reads the cases says at its end. */
interface FuzzSummary {
  readonly refused: number;
  readonly accepted: number;
  /** Connections that were opened. */
  readonly sockets: number;
  /** How much memory all cases needed beyond that of the first ones. */
  readonly grownMiB: number;
}

/** No program may be started, and there is little memory. */
const FLAGS = [
  '--disable-warning=ExperimentalWarning',
  '--permission',
  '--allow-fs-read=*',
  '--max-old-space-size=96',
  '--max-semi-space-size=4',
];
/** A case that says nothing for so long hangs, whatever else the machine does. */
const HANG_MS = 60_000;
const MAX_GROWN_MIB = 200;

/**
 * Reads mutated scenario files in a process that may start nothing and gets little memory. A crash, a hang, an endless
 * message, an accepted scenario that cannot be planned are findings. Each names its case: the same seed makes it again.
 */
export async function fuzz({ seed, count }: FuzzOrder): Promise<FuzzReport> {
  const program = fileURLToPath(new URL('fuzz-process.ts', import.meta.url));
  const argv = [...FLAGS, program, String(seed), String(count)];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'], env: {} });
  const findings: string[] = [];
  const last = { line: 'the start', at: systemClock.now() };
  let summary: FuzzSummary | undefined;
  const watching = endWhenSilent(child, last);
  for await (const line of createInterface({ input: child.stdout })) {
    last.at = systemClock.now();
    if (/^case \d+$/.test(line)) {
      last.line = line;
      continue;
    }
    const told: unknown = JSON.parse(line);
    if (isSummary(told)) summary = told;
    else findings.push(`${last.line}: ${String(told)}`);
  }
  await watching;
  if (summary === undefined) {
    const end = child.signalCode ?? `exit ${String(child.exitCode)}`;
    findings.push(`${last.line}: the process ended by ${end}; by SIGKILL if the case hangs`);
  }
  const counts = summary ?? { refused: 0, accepted: 0, sockets: 0, grownMiB: 0 };
  return { ...counts, findings: [...findings, ...countFindings(counts)] };
}

function countFindings({ refused, accepted, sockets, grownMiB }: FuzzSummary): readonly string[] {
  return [
    ...(sockets > 0 ? [`${String(sockets)} connections were opened`] : []),
    ...(grownMiB > MAX_GROWN_MIB ? [`${String(grownMiB)} MiB were needed`] : []),
    ...(accepted === 0 || refused === 0 ? ['not both outcomes were seen, so the cases prove little'] : []),
  ];
}

async function endWhenSilent(child: ChildProcess, last: { readonly at: number }): Promise<void> {
  while (child.exitCode === null && child.signalCode === null) {
    await systemClock.sleep(100);
    if (systemClock.now() - last.at > HANG_MS) child.kill('SIGKILL');
  }
}

function isSummary(value: unknown): value is FuzzSummary {
  return typeof value === 'object' && value !== null && 'grownMiB' in value;
}
