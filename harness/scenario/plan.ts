import { UsageError } from '../core/errors.ts';
import { unitName, type PlannedClaim, type PlannedUnit, type UnitId } from '../core/events.ts';
import type { KubeObject } from '../core/kube.ts';
import { mutatedObjects } from './mutants.ts';
import type { Claim, LoadedScenario, Mutant } from './types.ts';

/** A unit with everything needed to run it; `planned` is what goes into the journal. */
export interface Unit {
  readonly planned: PlannedUnit;
  readonly scenario: LoadedScenario;
  readonly objects: readonly KubeObject[];
  readonly claims: readonly Claim[];
  /** 0 for the scenarios themselves, n for the n-th mutant of its scenario. Units of one round have no pod name in common. */
  readonly round: number;
  /** Where the letter A begins to count: scenarios begin on different nodes, so that all nodes share the work. */
  readonly firstNode: number;
}

export interface PlanOptions {
  /** Ids of scenarios, or `scenario/claim`; empty means all. */
  readonly ids: readonly string[];
  readonly mutants: boolean;
  readonly schedulableNodes: number;
}

/**
 * Decides what will run and what is skipped, before anything starts. A claim that the cluster cannot show is
 * planned as skipped, with the reason: it never simply disappears.
 *
 * @throws UsageError UNKNOWN_SCENARIO naming the known ids
 */
export function makePlan(scenarios: readonly LoadedScenario[], options: PlanOptions): readonly Unit[] {
  const chosen = choose(scenarios, options.ids);
  const unit = (scenario: LoadedScenario, mutant?: Mutant, round = 0): Unit => ({
    ...unitOf(scenario, mutant, reasonToSkip(scenario, options)),
    round,
    firstNode: chosen.indexOf(scenario),
  });
  const plain = chosen.map((scenario) => unit(scenario));
  if (!options.mutants) return plain;
  return [
    ...plain,
    ...chosen.flatMap((scenario) =>
      scenario.mutants.map((mutant, index) => unit(scenario, mutant, index + 1)),
    ),
  ];
}

/** @throws UsageError UNKNOWN_SCENARIO */
export function choose(
  scenarios: readonly LoadedScenario[],
  ids: readonly string[],
): readonly LoadedScenario[] {
  const unknown = ids.filter((id) => !scenarios.some((scenario) => scenario.id === id));
  if (unknown.length > 0) {
    throw new UsageError(
      'UNKNOWN_SCENARIO',
      `There is no scenario ${unknown.map((id) => `"${id}"`).join(', ')}.`,
      {
        hint: `Known: ${scenarios.map(({ id }) => id).join(', ')}.`,
      },
    );
  }
  return ids.length === 0 ? scenarios : scenarios.filter(({ id }) => ids.includes(id));
}

function unitOf(
  scenario: LoadedScenario,
  mutant: Mutant | undefined,
  skip: string | undefined,
): Omit<Unit, 'round' | 'firstNode'> {
  const claims =
    mutant === undefined ? scenario.claims : scenario.claims.filter(({ id }) => mutant.fells.includes(id));
  const id: UnitId =
    mutant === undefined ? { scenario: scenario.id } : { scenario: scenario.id, mutant: mutant.id };
  return {
    scenario,
    claims,
    objects: mutant === undefined ? scenario.objects : mutatedObjects(scenario, mutant),
    planned: {
      ...id,
      title: scenario.title,
      heading: scenario.article.heading,
      lines: scenario.article.lines,
      claims: claims.map((claim) => plannedClaim(claim, skip)),
      ...(mutant === undefined ? {} : { change: mutant.change }),
    },
  };
}

function plannedClaim(claim: Claim, skip: string | undefined): PlannedClaim {
  const { id, must, subject, control } = claim;
  return { id, must, lines: claim.source.lines, subject, control, ...(skip === undefined ? {} : { skip }) };
}

function reasonToSkip(scenario: LoadedScenario, { schedulableNodes }: PlanOptions): string | undefined {
  const needed = scenario.requires?.schedulableNodes ?? 1;
  return schedulableNodes >= needed
    ? undefined
    : `needs ${String(needed)} nodes that take pods, the cluster has ${String(schedulableNodes)}`;
}

/** For maps and messages. */
export function nameOf(unit: Unit): string {
  return unitName(unit.planned);
}
