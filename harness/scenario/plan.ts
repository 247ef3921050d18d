import { UsageError } from '../core/errors.ts';
import { unitName, type PlannedClaim, type UnitId } from '../core/events.ts';
import type { KubeObject, Pod } from '../core/kube.ts';
import { unitsPerNode } from './every-node.ts';
import type { Mutant } from './mutant-types.ts';
import { mutatedObjects } from './mutants.ts';
import { podPartOf, specOf } from './pod-template.ts';
import { findExisting, reasonToSkip, type ClusterOffer } from './requirements.ts';
import { shuffled } from './shuffle.ts';
import type { Unit } from './unit.ts';
import type { Claim, LoadedScenario } from './types.ts';

export interface PlanOptions {
  /** Ids of scenarios; empty means all. */
  readonly ids: readonly string[];
  /** Only scenarios with one of these tags; empty means all. */
  readonly tags?: readonly string[];
  readonly mutants: boolean;
  /** Runs the units in another order, the same one for the same seed. */
  readonly shuffle?: number;
  readonly offer: ClusterOffer;
  /** Nodes on each of which the claims about single pods are judged; empty means that one node speaks for all. */
  readonly everyNode?: readonly string[];
}

/**
 * Decides what will run and what is skipped, before anything starts. A claim that the cluster cannot show is
 * planned as skipped, with the reason: it never simply disappears.
 *
 * @throws UsageError UNKNOWN_SCENARIO naming the known ids; NOTHING_CHOSEN when tags leave none
 */
export function makePlan(scenarios: readonly LoadedScenario[], options: PlanOptions): readonly Unit[] {
  const chosen = choose(scenarios, options);
  const unit = (scenario: LoadedScenario, mutant?: Mutant, round = 0): Unit => ({
    ...unitOf(scenario, mutant, options.offer),
    round,
    firstNode: chosen.indexOf(scenario),
  });
  const { everyNode = [] } = options;
  const plain = chosen.flatMap((scenario) =>
    everyNode.length === 0 ? [unit(scenario)] : unitsPerNode(unit(scenario), everyNode),
  );
  const mutants = chosen.flatMap((scenario) =>
    scenario.mutants.map((mutant, index) => unit(scenario, mutant, index + 1)),
  );
  const units = options.mutants ? [...plain, ...mutants] : plain;
  return options.shuffle === undefined ? units : shuffled(units, options.shuffle);
}

/** @throws UsageError UNKNOWN_SCENARIO, NOTHING_CHOSEN */
export function choose(
  scenarios: readonly LoadedScenario[],
  { ids, tags = [] }: Pick<PlanOptions, 'ids' | 'tags'>,
): readonly LoadedScenario[] {
  const unknown = ids.filter((id) => !scenarios.some((scenario) => scenario.id === id));
  if (unknown.length > 0) {
    throw new UsageError(
      'UNKNOWN_SCENARIO',
      `There is no scenario ${unknown.map((id) => `"${id}"`).join(', ')}.`,
      { hint: `Known: ${scenarios.map(({ id }) => id).join(', ')}.` },
    );
  }
  const named = ids.length === 0 ? scenarios : scenarios.filter(({ id }) => ids.includes(id));
  const chosen =
    tags.length === 0 ? named : named.filter((scenario) => scenario.tags?.some((tag) => tags.includes(tag)));
  if (chosen.length > 0) return chosen;
  throw new UsageError('NOTHING_CHOSEN', `No scenario has the tag ${tags.join(' or ')}.`, {
    hint: `Known: ${[...new Set(scenarios.flatMap((scenario) => scenario.tags ?? []))].sort().join(', ')}.`,
  });
}

function unitOf(
  scenario: LoadedScenario,
  mutant: Mutant | undefined,
  offer: ClusterOffer,
): Omit<Unit, 'round' | 'firstNode'> {
  const claims = claimsOf(scenario, mutant);
  const existing = new Map(
    Object.entries(scenario.existing ?? {}).flatMap(([name, entry]) => {
      const pod = findExisting(entry, offer);
      return pod === undefined ? [] : [[name, pod] as const];
    }),
  );
  const id: UnitId = { scenario: scenario.id, ...(mutant === undefined ? {} : { mutant: mutant.id }) };
  return {
    scenario,
    claims,
    existing,
    objects: objectsOf(scenario, mutant, { claims, nodes: offer.schedulableNodes }),
    planned: {
      ...id,
      title: scenario.title,
      heading: scenario.article.heading,
      lines: scenario.article.lines,
      claims: claims.map((claim) => plannedClaim(claim, whyNot(claim, scenario, { existing, offer }))),
      ...(mutant === undefined ? {} : { change: mutant.change }),
    },
  };
}

/** All claims, or those that the mutant must fell, about its own subject where it brings one. */
function claimsOf(scenario: LoadedScenario, mutant: Mutant | undefined): readonly Claim[] {
  if (mutant === undefined) return scenario.claims;
  const felled = scenario.claims.filter(({ id }) => mutant.fells.includes(id));
  const { subject } = mutant;
  return subject === undefined ? felled : felled.map((claim) => ({ ...claim, subject }));
}

/** Objects with the right number of replicas, changed by the mutant; for a mutant only those its claims ask for. */
function objectsOf(
  scenario: LoadedScenario,
  mutant: Mutant | undefined,
  { claims, nodes }: { readonly claims: readonly Claim[]; readonly nodes: number },
): readonly KubeObject[] {
  const sized = scenario.objects.map((object) => {
    const replicas = scenario.replicas?.[object.metadata.name]?.(nodes);
    return replicas === undefined ? object : { ...object, spec: { ...specOf(object), replicas } };
  });
  const idle = new Set(scenario.standIns ?? []);
  if (mutant === undefined) return sized.filter(({ metadata }) => !idle.has(metadata.name));
  const asked = new Set([
    ...claims.flatMap(({ subject, control, partners = [] }) => [subject, control, ...partners]),
    ...(mutant.adds ?? []),
  ]);
  return mutatedObjects(scenario, mutant, sized).filter(
    (object) => podPartOf(object) === undefined || asked.has(object.metadata.name),
  );
}

function plannedClaim(claim: Claim, skip: string | undefined): PlannedClaim {
  const { id, must, subject, control, correction } = claim;
  return {
    id,
    must,
    lines: claim.source.lines,
    subject,
    control,
    ...(correction === undefined ? {} : { correction }),
    ...(skip === undefined ? {} : { skip }),
  };
}

function whyNot(
  claim: Claim,
  scenario: LoadedScenario,
  { existing, offer }: { readonly existing: ReadonlyMap<string, Pod>; readonly offer: ClusterOffer },
): string | undefined {
  const missing = [claim.subject, claim.control, ...(claim.partners ?? [])]
    .filter((name) => scenario.existing?.[name] !== undefined && !existing.has(name))
    .map((name) => scenario.existing?.[name]?.otherwise)[0];
  return missing ?? reasonToSkip({ ...scenario.requires, ...claim.requires }, offer);
}

/** For maps and messages. */
export function nameOf(unit: Unit): string {
  return unitName(unit.planned);
}
