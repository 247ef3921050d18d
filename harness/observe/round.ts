import type { Pod } from '../core/kube.ts';
import type { ForeignObject } from '../core/submission.ts';
import { podSecurityOf, type PodSecurity } from './looking/pod-security.ts';
import type { Sight } from './looking/sight.ts';
import type { PodPlan } from './pod-plan.ts';
import { onNode } from './pods/subject.ts';
import type { Substitution } from './pods/substitute.ts';
import { portsOfPods, type PortTraits } from './ports-of-pods.ts';
import type { OutcomeV1 } from './report/report-v1.ts';
import { applyPod, nodeOfPod, watchPod, type Applied, type PodContext } from './run-pod.ts';

/** How the work on one pod ended, once the API server said something about it. */
export type Round =
  | {
      readonly kind: 'done';
      readonly subject: Sight;
      readonly substituted: Substitution['containers'];
      readonly warnings: readonly string[];
      readonly security: BothSecurities;
      readonly control: ControlRound | undefined;
      readonly ports: PortTraits;
    }
  | {
      readonly kind: 'refused';
      readonly outcome: OutcomeV1;
      readonly warnings: readonly string[];
      readonly security: BothSecurities;
      readonly control: ControlRound | undefined;
    };

export interface Making {
  readonly substitute: (object: ForeignObject) => Substitution;
  /** Filled with what has to be removed. */
  readonly created: Pod[];
}

export async function oneRound(plan: PodPlan, making: Making, context: PodContext): Promise<Round> {
  const { namespace } = plan;
  const subject = making.substitute(plan.subject);
  await context.madePaths.note(subject.object, context.deadline);
  const securing = securityOf(plan, context);
  securing.catch(() => undefined);
  const applied = await applyPod(subject.object, namespace, context);
  const { warnings } = applied;
  if (applied.kind === 'refused') {
    const control = await runControl(plan, applied, making, context);
    return { kind: 'refused', outcome: applied.outcome, warnings, security: await securing, control };
  }
  making.created.push(applied.pod);
  const [sight, control, security] = await Promise.all([
    watchPod(applied.pod, { substituted: subject.containers, sysctls: plan.sysctls }, context),
    runControl(plan, applied, making, context),
    securing,
  ]);
  const ports: PortTraits =
    context.options.substituteImages && newlyMissing(sight, subject.containers).length > 0
      ? { subject: [], control: [], notes: [] }
      : await portsOfPods(sight, context);
  return {
    kind: 'done',
    subject: sight,
    substituted: subject.containers,
    warnings,
    security,
    control,
    ports,
  };
}

/** The control runs on the subject's node, so that both are compared with the same one. */
async function runControl(
  { controlObject, namespace, sysctls }: PodPlan,
  subject: Applied,
  { substitute, created }: Making,
  context: PodContext,
): Promise<ControlRound | undefined> {
  if (controlObject === undefined) return undefined;
  const node = subject.kind === 'created' ? await nodeOfPod(subject.pod, context) : undefined;
  const { object, containers } = substitute(controlObject);
  const applied = await applyPod(node === undefined ? object : onNode(object, node), namespace, context);
  if (applied.kind === 'refused')
    return { outcome: applied.outcome, sight: undefined, substituted: containers };
  created.push(applied.pod);
  return {
    outcome: undefined,
    sight: await watchPod(applied.pod, { substituted: containers, sysctls }, context),
    substituted: containers,
  };
}

export interface ControlRound {
  /** Set when the API server refused it. */
  readonly outcome: OutcomeV1 | undefined;
  readonly sight: Sight | undefined;
  readonly substituted: Substitution['containers'];
}

export interface BothSecurities {
  readonly subject: PodSecurity;
  readonly control: PodSecurity | undefined;
}

/** Always asked about the manifest's own images and commands: probes and hooks count too. */
async function securityOf(plan: PodPlan, context: PodContext): Promise<BothSecurities> {
  const { kube, deadline } = context;
  const namespaces = await context.securityNamespaces();
  const ask = (object: ForeignObject): Promise<PodSecurity> =>
    podSecurityOf(object, { kube, namespaces, deadline });
  const [subject, control] = await Promise.all([
    ask(plan.subject),
    plan.controlObject === undefined ? undefined : ask(plan.controlObject),
  ]);
  return { subject, control };
}

/** Images that this round found out of reach and did not replace yet. */
export function newlyMissing(
  { followed }: Sight,
  substituted: Substitution['containers'],
): readonly string[] {
  return followed.containers.flatMap(({ ruling, view }) =>
    ruling.kind === 'image' && !substituted.has(view.name) ? [ruling.image] : [],
  );
}
