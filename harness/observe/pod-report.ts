import { worst } from './findings/danger.ts';
import { findingsOf, type Compared, type ControlTraits } from './findings/findings.ts';
import type { Trait } from './findings/trait.ts';
import type { Sight } from './looking/sight.ts';
import { containerOutcomes, podOutcome } from './outcome.ts';
import type { PodPlan } from './pod-plan.ts';
import type { PodReportV1 } from './report/report-v1.ts';
import type { BothSecurities, ControlRound, Round } from './round.ts';

/** Turns what was seen into the report about one pod. Asks nobody. */
export function podReport(plan: PodPlan, round: Round): PodReportV1 {
  const base = { origin: plan.named.document.origin, ms: 0 };
  const notes = [...plan.changes, ...round.warnings.map((warning) => `the API server warns: ${warning}`)];
  const control = controlReport(plan, round.control, round.security);
  if (round.kind === 'refused') {
    const { outcome, security } = round;
    return {
      ...base,
      pod: null,
      outcome,
      danger: 'none',
      podSecurity: security.subject,
      control,
      containers: [],
      findings: [],
      notes,
    };
  }
  const { subject, substituted, security, ports } = round;
  const containers = containerOutcomes(subject, substituted);
  const findings = findingsOf(comparedOf(plan, round), subject.followed.pod);
  const { metadata, spec } = subject.followed.pod;
  return {
    ...base,
    pod: { namespace: metadata.namespace ?? '', name: metadata.name, node: spec.nodeName ?? null },
    outcome: podOutcome(subject, containers),
    danger: worst(findings.map(({ danger }) => danger)),
    podSecurity: security.subject,
    control,
    containers,
    findings,
    notes: [...notes, ...subject.notes, ...ports.notes],
  };
}

function controlReport(
  { control }: PodPlan,
  round: ControlRound | undefined,
  security: BothSecurities,
): PodReportV1['control'] {
  if (control === undefined || round === undefined || security.control === undefined) return null;
  const { sight, outcome, substituted } = round;
  return {
    removed: control.removed,
    outcome:
      outcome ??
      (sight === undefined
        ? { kind: 'could not tell', why: 'it was not watched' }
        : podOutcome(sight, containerOutcomes(sight, substituted))),
    podSecurity: security.control,
  };
}

/** Puts every container beside its counterpart, and the pod as a whole beside the control. */
function comparedOf(
  plan: PodPlan,
  { subject, control, ports }: Extract<Round, { kind: 'done' }>,
): readonly Compared[] {
  const isItsOwn = plan.control?.removed.length === 0;
  const beside = (container: string): ControlTraits => {
    if (isItsOwn) return 'the same pod';
    return control?.sight?.traits.get(container) ?? 'not looked at';
  };
  const wholePod: ControlTraits = isItsOwn
    ? 'the same pod'
    : control?.sight === undefined
      ? 'not looked at'
      : [...control.sight.podTraits, ...(subject.traits.size === 0 ? firstOf(control.sight) : [])];
  return [
    ...[...subject.traits].map(([container, traits]) => ({
      container,
      subject: traits,
      control: beside(container),
    })),
    { container: undefined, subject: subject.podTraits, control: wholePod },
    {
      container: undefined,
      subject: ports.subject,
      control:
        ports.control.length > 0 && !isItsOwn
          ? ports.control
          : wholePod === 'the same pod'
            ? wholePod
            : 'not looked at',
    },
  ];
}

/** A subject of which only the sandbox was seen is compared with any container of the control. */
function firstOf({ traits }: Sight): readonly Trait[] {
  return [...traits.values()][0] ?? [];
}
