import type { VerdictKind } from '../core/verdict.ts';
import type { ClaimSummary, UnitSummary } from './run-summary.ts';

/** One claim on all nodes: what is the same in words only once. */
export interface NodeTable {
  readonly scenario: string;
  readonly claim: ClaimSummary;
  /** Nodes on which the claim was planned. */
  readonly nodes: number;
  readonly counts: Readonly<Record<VerdictKind | 'none', number>>;
  /** Nodes on which it does not hold, those with the same answer together, the largest group first. */
  readonly deviations: readonly Deviation[];
  /** A node on which it holds, to show what that looks like. */
  readonly example: { readonly node: string; readonly claim: ClaimSummary } | undefined;
}

export interface Deviation {
  readonly verdict: Exclude<VerdictKind, 'holds'> | 'none';
  readonly nodes: readonly string[];
  /** As it was on the first of them. */
  readonly claim: ClaimSummary;
}

/**
 * The units on single nodes, turned around: one table per claim instead of one report per node. A claim that every
 * node bears out is one line, however many nodes there are.
 */
export function nodeTables(units: readonly UnitSummary[]): readonly NodeTable[] {
  const judged = units.flatMap((unit) => unit.claims.map((claim) => ({ unit, claim })));
  const byClaim = Map.groupBy(judged, ({ unit, claim }) => `${unit.planned.scenario}/${claim.planned.id}`);
  return [...byClaim.values()].map(tableOf);
}

interface Judged {
  readonly unit: UnitSummary;
  readonly claim: ClaimSummary;
}

function tableOf(same: readonly Judged[]): NodeTable {
  const [first] = same;
  if (first === undefined) throw new TypeError('a group has a member');
  const kinds = same.map(({ claim }) => claim.verdict?.kind ?? 'none');
  const count = (kind: VerdictKind | 'none'): number => kinds.filter((each) => each === kind).length;
  const holding = same.find(({ claim }) => claim.verdict?.kind === 'holds');
  return {
    scenario: first.unit.planned.scenario,
    claim: first.claim,
    nodes: same.length,
    counts: {
      holds: count('holds'),
      contradicted: count('contradicted'),
      inconclusive: count('inconclusive'),
      skipped: count('skipped'),
      none: count('none'),
    },
    deviations: deviationsOf(same),
    example: holding && { node: nodeOf(holding), claim: holding.claim },
  };
}

/** The worst first, then what most nodes have in common. */
const ORDER = ['contradicted', 'inconclusive', 'none', 'skipped'] as const;

function deviationsOf(same: readonly Judged[]): readonly Deviation[] {
  const deviating = same.filter(({ claim }) => claim.verdict?.kind !== 'holds');
  const groups = Map.groupBy(deviating, ({ claim }) =>
    JSON.stringify([claim.verdict?.kind, answerOf(claim), claim.controlSeen]),
  );
  return [...groups.values()]
    .flatMap((group): Deviation[] => {
      const [first] = group;
      const kind = first?.claim.verdict?.kind ?? 'none';
      if (first === undefined || kind === 'holds') return [];
      return [{ verdict: kind, nodes: group.map(nodeOf).toSorted(), claim: first.claim }];
    })
    .toSorted(
      (a, b) => ORDER.indexOf(a.verdict) - ORDER.indexOf(b.verdict) || b.nodes.length - a.nodes.length,
    );
}

/** What was observed, or why nothing was. */
export function answerOf({ verdict, seen }: ClaimSummary): string {
  if (verdict?.kind === 'inconclusive') return verdict.why;
  if (verdict?.kind === 'skipped') return verdict.reason;
  return verdict === undefined ? 'no verdict' : seen;
}

function nodeOf({ unit }: Judged): string {
  return unit.planned.node ?? '';
}
