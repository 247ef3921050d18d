import type { Sight } from './looking/sight.ts';
import { blockerOf, type FollowedContainer } from './pods/follow.ts';
import type { SubstitutedContainer } from './pods/substitute.ts';
import type { ContainerReportV1, OutcomeV1 } from './report/report-v1.ts';

type Substituted = ReadonlyMap<string, SubstitutedContainer>;

const unknown = (why: string): OutcomeV1 => ({ kind: 'could not tell', why });

/** What became of each container of a pod. */
export function containerOutcomes(
  { followed }: Sight,
  substituted: Substituted,
): readonly ContainerReportV1[] {
  const { containers, warning, ruling } = followed;
  return containers.map((container) => {
    const { name, role, image } = container.view;
    const substitute = substituted.get(name);
    return {
      name,
      role,
      image: substitute?.image ?? image,
      substituted:
        substitute === undefined ? null : { command: substitute.command, asUser: substitute.asUser },
      outcome:
        ruling.kind === 'never' && container.facts === undefined
          ? { kind: 'never runs', by: ruling.by, why: ruling.why }
          : withWarning(containerOutcome(container, containers, substitute !== undefined), warning),
      source: container.facts?.source ?? null,
    };
  });
}

/** What the kubelet warned of last may be the cause, and is all that is known. */
function withWarning(outcome: OutcomeV1, warning: string | undefined): OutcomeV1 {
  if (outcome.kind !== 'could not tell' || warning === undefined) return outcome;
  return unknown(outcome.why.includes(warning) ? outcome.why : `${outcome.why} (last warning: ${warning})`);
}

/** Refusals that speak of what is in the image: its user, its programs. */
const ABOUT_THE_IMAGE = /image will run as root|non-numeric user|StartError|RunContainerError/;

function containerOutcome(
  { view, facts, ruling }: FollowedContainer,
  all: readonly FollowedContainer[],
  isSubstitute: boolean,
): OutcomeV1 {
  if (facts !== undefined) return { kind: 'observed' };
  if (ruling.kind === 'image') return unknown(`the image ${ruling.image} cannot be pulled: ${ruling.why}`);
  if (ruling.kind === 'never')
    return isSubstitute && ABOUT_THE_IMAGE.test(ruling.why)
      ? unknown(`with the substitute image: ${ruling.why}`)
      : { kind: 'never runs', by: ruling.by, why: ruling.why };
  const blocker = blockerOf(
    view,
    all.map((each) => each.view),
  );
  if (blocker !== undefined) return blockedBy(blocker.name, all, isSubstitute);
  const running = all.find((each) => each.view.role === 'init' && each.view.stage.kind === 'running');
  if (running !== undefined && view.stage.kind !== 'running')
    return unknown(`it was still waiting for init container ${running.view.name}, which went on running`);
  const { stage } = view;
  if (stage.kind === 'running')
    return unknown('it ran, but its process could not be looked at from the node');
  if (stage.kind === 'ended') return unknown(`it ended (${endWords(stage)}) before it could be looked at`);
  return unknown(
    `it was still ${stage.kind === 'waiting' ? stage.reason || 'waiting' : ruling.seen} when its time was over`,
  );
}

function blockedBy(name: string, all: readonly FollowedContainer[], isSubstitute: boolean): OutcomeV1 {
  const blocker = all.find(({ view }) => view.name === name);
  if (blocker === undefined) return unknown(`it waits for container ${name}`);
  const { ruling, view } = blocker;
  if (ruling.kind === 'image')
    return unknown(`it waits for init container ${name}, whose image cannot be pulled`);
  if (ruling.kind === 'never') {
    const why = `init container ${name} never runs: ${ruling.why}`;
    return isSubstitute && ABOUT_THE_IMAGE.test(why)
      ? unknown(`with the substitute image: ${why}`)
      : { kind: 'never runs', by: ruling.by, why };
  }
  const end = view.lastEnd ?? (view.stage.kind === 'ended' ? view.stage : undefined);
  const why = `init container ${name} never succeeds: ${end === undefined ? 'it fails again and again' : endWords(end)}`;
  return isSubstitute ? unknown(why) : { kind: 'never runs', by: 'kubelet', why };
}

function endWords({
  reason,
  exitCode,
}: {
  readonly reason: string;
  readonly exitCode: number | undefined;
}): string {
  return `${reason === '' ? 'ended' : reason}, exit ${exitCode === undefined ? 'unknown' : String(exitCode)}`;
}

/**
 * What became of the pod: what kept the whole pod from running counts first, then what could not be found out about
 * one of its containers.
 */
export function podOutcome(sight: Sight, containers: readonly ContainerReportV1[]): OutcomeV1 {
  const { followed } = sight;
  const { ruling, deleted } = followed;
  const seen = containers.filter(({ outcome }) => outcome.kind === 'observed');
  if (seen.length === containers.length && containers.length > 0) return { kind: 'observed' };
  if (ruling.kind === 'never' && seen.length === 0)
    return { kind: 'never runs', by: ruling.by, why: ruling.why };
  if (deleted) return unknown('somebody deleted the pod');
  const open = containers.find(({ outcome }) => outcome.kind === 'could not tell');
  if (open?.outcome.kind === 'could not tell') return unknown(`container ${open.name}: ${open.outcome.why}`);
  const mains = containers.filter(({ role }) => role === 'main');
  const [refused] = mains;
  if (refused?.outcome.kind !== 'never runs' || mains.some(({ outcome }) => outcome.kind !== 'never runs'))
    return { kind: 'observed' };
  return {
    kind: 'never runs',
    by: refused.outcome.by,
    why: `container ${refused.name}: ${refused.outcome.why}`,
  };
}
