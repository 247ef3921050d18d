import type { ForeignObject } from '../core/submission.ts';
import type { ObserveContext } from './context.ts';
import { sysctlsOf } from './looking/sysctls.ts';
import { suffixed, type NamedPod } from './manifests/assign-names.ts';
import type { PodDocument } from './manifests/sort-documents.ts';
import { controlOf, type ControlPod } from './pods/control.ts';
import { serviceAccountOf, subjectOf } from './pods/subject.ts';
import { resolveWorkload } from './pods/substitute.ts';
import { recordAt, recordsAt, without } from './shape.ts';

/** The kubelet ends what podproof cannot end any more. */
const LIFE_SECONDS = 180;

/** What is done with one pod, known before it starts. */
export interface PodPlan {
  readonly named: NamedPod;
  readonly namespace: string;
  readonly subject: ForeignObject;
  readonly changes: readonly string[];
  readonly control: ControlPod | undefined;
  readonly controlObject: ForeignObject | undefined;
  readonly sysctls: readonly string[];
}

export async function planPod(named: NamedPod, context: ObserveContext): Promise<PodPlan> {
  const { template } = named.document;
  const { cluster, labels, options } = context;
  const namespace = await context.namespaceOf(named.place);
  const common = { namespace, labels, lifeSeconds: LIFE_SECONDS };
  const { object, changes } = subjectOf(template, { ...common, name: named.name });
  const aboutWorkload = await askAboutWorkload(named.document, namespace, context);
  const account = serviceAccountOf(template);
  const isMadeUp = account !== undefined && (await context.standInAccount(account, namespace, named.place));
  const control = options.withControl ? controlOf(template) : undefined;
  const hasControl = control !== undefined && control.removed.length > 0;
  const controlName = suffixed(named.name ?? 'pod', 'control');
  return {
    named,
    namespace,
    subject: resolveWorkload(object, cluster.workloadImage),
    changes: [
      ...named.document.notes,
      ...aboutWorkload,
      ...changes,
      ...(isMadeUp
        ? [`service account ${account} was not given: an empty one without rights stands in`]
        : []),
    ],
    control,
    sysctls: sysctlsOf(template),
    controlObject: hasControl
      ? resolveWorkload(
          subjectOf(control.template, { ...common, name: controlName }).object,
          cluster.workloadImage,
        )
      : undefined,
  };
}

/** Whether the server would take the workload itself, of which only the pod is made. */
async function askAboutWorkload(
  { workload, origin }: PodDocument,
  namespace: string,
  { kube, deadline }: ObserveContext,
): Promise<readonly string[]> {
  if (workload === undefined) return [];
  const metadata = { ...without(recordAt(workload, 'metadata'), 'resourceVersion', 'uid'), namespace };
  const submission = await kube.submit({ ...workload, metadata }, { namespace, dryRun: true, deadline });
  if (submission.kind === 'refused')
    return [
      `the API server would refuse the ${origin.kind} itself (${submission.message}); its pod template was applied`,
    ];
  // The same warnings about the template come again with the pod.
  return submission.warnings
    .filter((warning) => !warning.includes('template.'))
    .map((warning) => `the API server warns: ${warning}`);
}

/** How a pod uses the ports of its node: not at all, maybe, or by fields whose effect is tried out. */
/** How many containers the pod wants, of any kind; a hostile manifest may say anything in their place. */
export function containersOf(template: ForeignObject): number {
  const spec = recordAt(template, 'spec');
  return ['containers', 'initContainers'].flatMap((field) => recordsAt(spec, field)).length;
}

export function portUse(template: ForeignObject): 'none' | 'maybe' | 'declared' {
  const spec = recordAt(template, 'spec');
  const onHost = spec['hostNetwork'] === true;
  const ports = ['initContainers', 'containers'].flatMap((field) =>
    recordsAt(spec, field).flatMap((container) => recordsAt(container, 'ports')),
  );
  // With hostNetwork the API server makes a host port of every port.
  const isDeclared = onHost ? ports.length > 0 : ports.some((port) => 'hostPort' in port);
  return isDeclared ? 'declared' : onHost ? 'maybe' : 'none';
}
