import type { CheckResult } from '../core/diagnosis.ts';
import { unitName, type EventSink } from '../core/events.ts';
import { unitLines } from './claim-lines.ts';
import { closingLines, type ClosingOptions } from './closing-lines.ts';
import { findingLines } from './doctor-table.ts';
import { mutantBlock } from './mutant-lines.ts';
import { nodeLines } from './node-lines.ts';
import { nodeTables } from './node-table.ts';
import { retryLines } from './retry-lines.ts';
import { renderProblem } from './problem.ts';
import type { MutantSummary, RunSummary, SummaryEvent, UnitSummary } from './run-summary.ts';
import { sanitizeEvent } from './sanitize.ts';
import { isComplete, summarizeSanitized } from './summary.ts';
import { paint, plainSigns } from './text-style.ts';
import { headline } from './totals.ts';

export interface ConsoleOptions extends ClosingOptions {
  /** Gets whole lines. */
  readonly write: (text: string) => void;
  /** Where the bundle of a run with a problem can be found, for the block of the problem. */
  readonly bundle?: string;
}

/**
 * The report that people read while the run goes on. Scenarios appear in the order of the plan, each as soon as it
 * and all before it have their verdicts; mutants follow. Problems appear when they happen, the totals with
 * `run.finished`. Writes the same text for the same events, live or replayed.
 *
 * @example const report = consoleReport({ write: (text) => process.stdout.write(text), style })
 */
export function consoleReport(options: ConsoleOptions): EventSink {
  const { style } = options;
  const events: SummaryEvent[] = [];
  // Of units on single nodes there may be thousands: they are looked at once, when all have their verdicts.
  const onNodes: SummaryEvent[] = [];
  const printed = new Set<string>();
  const print = blockWriter(options);
  const printUnits = (rest: boolean): RunSummary => {
    const summary = summarizeSanitized(rest ? [...events, ...onNodes] : events);
    for (const block of nextBlocks(summary, { ...options, printed, rest })) print(block.kind, block.lines);
    return summary;
  };
  const printFindings = (findings: readonly CheckResult[]): void => {
    const isTold = ({ level }: CheckResult): boolean => level === 'warn' || level === 'fail';
    const lines = findings.filter(isTold).flatMap((each) => findingLines(each, style));
    if (lines.length > 0) print('finding', lines);
  };
  return {
    emit(raw) {
      const event = sanitizeEvent(raw);
      if ('unit' in event && event.unit.node !== undefined) {
        onNodes.push(withoutOutput(event));
        return;
      }
      events.push(event);
      switch (event.type) {
        case 'doctor':
          return printFindings(event.findings);
        case 'cluster':
          return print('headline', [paint(style, 'strong', headline(event))]);
        case 'problem':
          return print('problem', [renderProblem(event, style, { evidence: options.bundle }).trimEnd()]);
        case 'retry':
          // It is told again when the second attempt is over.
          printed.delete(unitName(event.unit));
          return print('retry', retryLines(event, style));
        case 'verdict':
        case 'unit.finished':
          printUnits(false);
          return;
        case 'verdicts.done':
          printUnits(true);
          return;
        case 'run.finished':
          return print('closing', closingLines(printUnits(true), options));
        default:
          return;
      }
    },
  };
}

type Kind = 'finding' | 'headline' | 'problem' | 'scenario' | 'mutant' | 'retry' | 'closing';

interface Block {
  readonly kind: Kind;
  readonly lines: readonly string[];
}

/** Blocks are set apart by one empty line; mutants, one line each as a rule, and findings of the doctor stand close together. */
function blockWriter({ write, style }: ConsoleOptions): (kind: Kind, lines: readonly string[]) => void {
  let last: Kind | undefined;
  return (kind, lines) => {
    const isClose = last === kind && (kind === 'mutant' || kind === 'finding');
    const gap = last !== undefined && !isClose ? '\n' : '';
    last = kind;
    write(plainSigns(style, `${gap}${lines.join('\n')}\n`));
  };
}

interface BlockOptions extends ConsoleOptions {
  /** Names of the units that were printed; grows. */
  readonly printed: Set<string>;
  /** Also what will never be complete any more. */
  readonly rest: boolean;
}

/** The blocks that may be printed now. Stops at the first unit that is still open, so that the order is stable. */
function* nextBlocks(summary: RunSummary, options: BlockOptions): Generator<Block> {
  const { style, verbose = false, printed, rest } = options;
  const waits = (unit: UnitSummary): boolean => !isComplete(unit) && !rest;
  for (const unit of summary.scenarios) {
    if (unit.planned.node !== undefined) continue;
    if (printed.has(unit.name)) continue;
    if (waits(unit)) return;
    printed.add(unit.name);
    yield { kind: 'scenario', lines: unitLines(unit, { style, verbose }) };
  }
  if (rest) yield* nodeBlocks(summary, options);
  let previous: MutantSummary | undefined;
  for (const mutant of summary.mutants) {
    if (!printed.has(mutant.name)) {
      if (waits(mutant)) return;
      printed.add(mutant.name);
      yield { kind: 'mutant', lines: mutantBlock(mutant, previous, { style, verbose }) };
    }
    previous = mutant;
  }
}

/** One block for each scenario that was judged on every node. */
function* nodeBlocks({ scenarios }: RunSummary, { style, printed }: BlockOptions): Generator<Block> {
  const units = scenarios.filter(({ planned }) => planned.node !== undefined);
  for (const [scenario, tables] of Map.groupBy(nodeTables(units), (table) => table.scenario)) {
    const name = `${scenario}@`;
    if (printed.has(name)) continue;
    printed.add(name);
    yield { kind: 'scenario', lines: nodeLines(tables, style) };
  }
}

/** Tables show what was seen, not how. Of hundreds of nodes the outputs would fill the memory. */
function withoutOutput(event: SummaryEvent): SummaryEvent {
  if (event.type !== 'observed') return event;
  const evidence = event.observation.evidence.map((look) => ({ ...look, stdout: '', stderr: '' }));
  return { ...event, observation: { ...event.observation, evidence } };
}
