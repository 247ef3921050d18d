/**
 * Reads mutated scenario files: `fuzz-process.ts SEED COUNT`. Whatever opens a socket is a finding. Writes the number of
 * each case before it, so that whoever watches knows which one hangs; findings and the summary are JSON.
 */
import { channel } from 'node:diagnostics_channel';
import { writeSync } from 'node:fs';
import { describeError } from '../core/errors.ts';
import { fuzzCase, type FuzzOutcome } from './fuzz-case.ts';

/** A case that takes longer, in processor time, is a finding: what else the machine does must not decide. */
const MAX_CPU_MS = 1000;
/** Cases that load what all of them need. */
const WARM_UP = 50;

const [seed = 0, count = 0] = process.argv.slice(2).map(Number);
const outcomes: Record<FuzzOutcome, number> = { refused: 0, accepted: 0 };
const used = { sockets: 0, warmKiB: 0 };
channel('net.client.socket').subscribe(() => {
  used.sockets += 1;
});

for (let index = 0; index < count; index += 1) {
  writeSync(1, `case ${String(index)}\n`);
  if (index === WARM_UP) used.warmKiB = process.resourceUsage().maxRSS;
  const startedAt = process.cpuUsage();
  try {
    outcomes[fuzzCase(seed, index)] += 1;
  } catch (error) {
    tell(stackOf(error));
  }
  const { user, system } = process.cpuUsage(startedAt);
  const ms = Math.round((user + system) / 1000);
  if (ms > MAX_CPU_MS) tell(`${String(ms)} ms of the processor`);
}
const grownMiB = Math.round((process.resourceUsage().maxRSS - used.warmKiB) / 1024);
tell({ ...outcomes, sockets: used.sockets, grownMiB });

function tell(what: unknown): void {
  writeSync(1, `${JSON.stringify(what)}\n`);
}

function stackOf(error: unknown): string {
  const hasStack = typeof error === 'object' && error !== null && 'stack' in error;
  return (hasStack ? String(error.stack) : describeError(error)).slice(0, 2000);
}
