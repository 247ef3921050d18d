import type { EventSink } from '../core/events.ts';
import { unitLines } from './claim-lines.ts';
import { exitOf, openFindings } from './exit.ts';
import { paint, plainSigns, type Look } from './look.ts';
import { MUTANTS_HEADING, mutantLines } from './mutant-lines.ts';
import { renderProblem } from './problem.ts';
import type { RunSummary, UnitSummary } from './run-summary.ts';
import { sanitizeEvent } from './sanitize.ts';
import { isComplete, summarizeSanitized, type SummaryEvent } from './summary.ts';
import { headline, mutantTotals, totalsLine } from './totals.ts';

export interface ConsoleOptions {
  /** Gets whole lines. */
  readonly write: (text: string) => void;
  readonly look: Look;
  readonly verbose?: boolean;
  /** The run folder as people can open it. */
  readonly evidence?: string;
}

/**
 * The report that people read while the run goes on. Scenarios appear in the order of the plan, each as soon as it
 * and all before it have their verdicts; mutants follow. Problems appear when they happen, the totals with
 * `run.finished`. Writes the same text for the same events, live or replayed.
 */
export function consoleReport(options: ConsoleOptions): EventSink {
  const { look } = options;
  const events: SummaryEvent[] = [];
  const printed = new Set<string>();
  const print = (lines: readonly string[]): void => {
    if (lines.length > 0) options.write(plainSigns(look, `${lines.join('\n')}\n`));
  };
  return {
    emit(raw) {
      const event = sanitizeEvent(raw);
      events.push(event);
      switch (event.type) {
        case 'cluster':
          return print([paint(look, 'strong', headline(event)), '']);
        case 'problem':
          return options.write(`${renderProblem({ hint: undefined, context: {}, ...event }, look)}\n`);
        case 'verdict':
        case 'unit.finished':
        case 'verdicts.done':
          return print(
            nextBlocks(summarizeSanitized(events), {
              ...options,
              printed,
              rest: event.type === 'verdicts.done',
            }),
          );
        case 'run.finished': {
          const summary = summarizeSanitized(events);
          print(nextBlocks(summary, { ...options, printed, rest: true }));
          return print(closingLines(summary, options));
        }
      }
    },
  };
}

interface BlockOptions extends ConsoleOptions {
  /** Names of the units that were printed; grows. */
  readonly printed: Set<string>;
  /** Also what will never be complete any more. */
  readonly rest: boolean;
}

/** The blocks that may be printed now. Stops at the first unit that is still open, so that the order is stable. */
function nextBlocks(summary: RunSummary, options: BlockOptions): readonly string[] {
  const { look, verbose = false, printed, rest } = options;
  const lines: string[] = [];
  const open = (unit: UnitSummary): boolean => !isComplete(unit) && !rest;
  for (const unit of summary.scenarios) {
    if (printed.has(unit.name)) continue;
    if (open(unit)) return lines;
    lines.push(...unitLines(unit, { look, verbose }), '');
    printed.add(unit.name);
  }
  for (const mutant of summary.mutants) {
    if (printed.has(mutant.name)) continue;
    if (open(mutant)) return lines;
    if (!printed.has(MUTANTS_HEADING)) lines.push(paint(look, 'title', MUTANTS_HEADING));
    lines.push(...mutantLines(mutant, look));
    printed.add(MUTANTS_HEADING).add(mutant.name);
  }
  return lines;
}

function closingLines(summary: RunSummary, options: ConsoleOptions): readonly string[] {
  const { look, verbose = false, evidence } = options;
  const exit = exitOf(summary);
  const note = (label: string, texts: readonly string[]): readonly string[] =>
    texts.map((text) => `${paint(look, 'unsure', label)} ${text}`);
  return [
    ...(summary.mutants.length > 0 ? [''] : []),
    ...note(
      'integrity:',
      openFindings(summary).map((found) => found.text),
    ),
    ...note('left behind:', summary.leftovers),
    ...summary.kept.map((text) => `kept: ${text}`),
    paint(look, exit === 0 ? 'good' : 'bad', totalsLine(summary)),
    ...(summary.mutants.length > 0 ? [mutantTotals(summary)] : []),
    ...(evidence === undefined ? [] : [`evidence: ${evidence}${verbose ? '' : '   (--verbose shows it)'}`]),
  ];
}
