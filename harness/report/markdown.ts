import type { VerdictKind } from '../core/verdict.ts';
import { evidenceText } from './evidence-text.ts';
import { openFindings } from './exit.ts';
import { escapeCell, fenced, row, table } from './markdown-text.ts';
import { answerOf, nodeTables } from './node-table.ts';
import type { ClaimSummary, RunSummary, UnitSummary } from './run-summary.ts';
import { headline, mutantTotals, totalsLine } from './totals.ts';

/** A summary for people in Markdown (GitHub flavour): a table of claims, then what needs attention. */
export function markdownSummary(summary: RunSummary): string {
  const { cluster, mutants, scenarios } = summary;
  const onNodes = scenarios.filter(({ planned }) => planned.node !== undefined);
  const plain = scenarios.filter(({ planned }) => planned.node === undefined);
  return [
    `## ${escapeCell(cluster ? headline(cluster) : 'podproof')}`,
    `**${totalsLine(summary)}**`,
    claimTable(plain),
    ...nodeSection(onNodes),
    ...[...plain, ...onNodes]
      .flatMap((unit) => unit.claims.filter(needsAttention).map((claim) => details(unit, claim)))
      .slice(0, DETAILS),
    ...(mutants.length > 0 ? [`### Mutants\n\n${mutantTotals(summary)}`, mutantTable(summary)] : []),
    ...attention(summary),
  ]
    .join('\n\n')
    .concat('\n');
}

/** A claim that fails on hundreds of nodes is told in the table; the rest is in the result. */
const DETAILS = 50;

/** One row per claim: how many nodes bear it out, and what the others showed. */
function nodeSection(units: readonly UnitSummary[]): readonly string[] {
  const rows = nodeTables(units).map(({ scenario, claim, nodes, counts, deviations }) =>
    row([
      `${escapeCell(scenario)}: ${escapeCell(claim.planned.must)}`,
      `${String(counts.holds)} of ${String(nodes)}`,
      escapeCell(
        deviations
          .map(({ verdict, nodes: names, claim: seen }) => {
            const more = names.length > 5 ? ` and ${String(names.length - 5)} more` : '';
            return `${names.slice(0, 5).join(', ')}${more}: ${verdict}, ${answerOf(seen)}`;
          })
          .join('; '),
      ),
    ]),
  );
  if (rows.length === 0) return [];
  return ['### Every node', table(['claim', 'nodes that hold', 'deviations'], rows)];
}

const SIGNS = {
  holds: '✔ holds',
  contradicted: '✖ **contradicted**',
  inconclusive: '? **inconclusive**',
  skipped: '– skipped',
} as const satisfies Record<VerdictKind, string>;

function claimTable(scenarios: readonly UnitSummary[]): string {
  const rows = scenarios.flatMap((unit) =>
    unit.claims.map((claim) => {
      const { planned, verdict } = claim;
      return row([
        planned.lines[0] === planned.lines[1] ? String(planned.lines[0]) : planned.lines.join('–'),
        `${escapeCell(unit.name)}: ${escapeCell(planned.must)}`,
        escapeCell(observed(claim)),
        (verdict === undefined ? '? **no verdict**' : SIGNS[verdict.kind]) +
          (claim.retried?.isJudged === true ? ' at the second attempt' : ''),
      ]);
    }),
  );
  return table(['article lines', 'claim', 'observed', 'verdict'], rows);
}

function mutantTable(summary: RunSummary): string {
  const rows = summary.mutants.map((mutant) => {
    const word = {
      killed: '✔ contradicted',
      survived: '✖ **survived**',
      inconclusive: '? **inconclusive**',
      skipped: '– skipped',
    };
    return row([escapeCell(mutant.name), escapeCell(mutant.planned.change ?? ''), word[mutant.outcome]]);
  });
  return table(['mutant', 'change', 'claims'], rows);
}

function observed({ verdict, seen, controlSeen }: ClaimSummary): string {
  if (verdict?.kind === 'skipped') return verdict.reason;
  if (verdict?.kind === 'inconclusive') return verdict.why;
  return controlSeen === '' ? seen : `${seen} (control: ${controlSeen})`;
}

function needsAttention({ verdict }: ClaimSummary): boolean {
  return verdict?.kind === 'contradicted' || verdict?.kind === 'inconclusive';
}

function details(unit: UnitSummary, claim: ClaimSummary): string {
  const { expected, seen, controlSeen, planned } = claim;
  const text = [
    `expected: ${expected}`,
    `seen:     ${seen}`,
    `control:  ${controlSeen}`,
    '',
    evidenceText(claim),
  ];
  return [
    `<details open><summary>${escapeCell(unit.name)}: ${escapeCell(planned.must)}</summary>`,
    fenced(text.join('\n').slice(0, 4000)),
    '</details>',
  ].join('\n\n');
}

function attention(summary: RunSummary): readonly string[] {
  const retried = [...summary.scenarios, ...summary.mutants].flatMap((unit) =>
    unit.claims.flatMap((claim) =>
      claim.retried ? [`${unit.name}/${claim.planned.id} was tried again: ${claim.retried.why}`] : [],
    ),
  );
  const items = [
    ...retried.map(escapeCell),
    ...summary.problems.map(
      ({ code, message, hint }) => `**${escapeCell(code)}** ${escapeCell(`${message} ${hint ?? ''}`)}`,
    ),
    ...openFindings(summary).map(({ text }) => `integrity: ${escapeCell(text)}`),
    ...summary.leftovers.map((text) => `left behind: ${escapeCell(text)}`),
  ];
  return items.length === 0 ? [] : [`### Problems\n\n${items.map((item) => `- ${item}`).join('\n')}`];
}
