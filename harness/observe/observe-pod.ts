import { systemClock } from '../core/clock.ts';
import { Deadline } from '../core/deadline.ts';
import { describeError } from '../core/errors.ts';
import type { Pod } from '../core/kube.ts';
import type { ForeignObject } from '../core/submission.ts';
import type { ObserveContext } from './context.ts';
import { createWitness } from './looking/evidence.ts';
import type { NamedPod } from './manifests/assign-names.ts';
import { containersOf, planPod, portUse, type PodPlan } from './pod-plan.ts';
import { podReport } from './pod-report.ts';
import { substituteImages, type Substitution } from './pods/substitute.ts';
import type { PodReportV1 } from './report/report-v1.ts';
import { untold } from './report/untold.ts';
import { newlyMissing, oneRound, type Round } from './round.ts';
import { awaitGone, removePod, type PodContext } from './run-pod.ts';

/** For one pod with everything: images, control, ports. What is over this is not told. */
const POD_MS = 90_000;
/** More for each of its containers, which start one after the other, and are asked one after the other. */
const CONTAINER_MS = 2500;
/** So many count: the kubelet ends a pod after 180 s, see `LIFE_SECONDS`. */
const MOST_CONTAINERS = 32;
/** Each round finds at least one image that cannot be pulled. */
const MOST_ROUNDS = 5;

/**
 * Applies one pod and its control, looks at both, takes them away and tells what was seen. Rejects only when the whole
 * run must stop; whatever else goes wrong becomes "could not tell".
 */
export function observePod(named: NamedPod, context: ObserveContext): Promise<PodReportV1> {
  const { signal } = context.deadline;
  const work = (): Promise<PodReportV1> => lookAtPod(named, context);
  switch (portUse(named.document.template)) {
    case 'none':
      return work();
    case 'maybe':
      return context.portsGate.shared(work, signal);
    case 'declared':
      return context.portsGate.alone(work, signal);
  }
}

async function lookAtPod(named: NamedPod, context: ObserveContext): Promise<PodReportV1> {
  const startedAt = systemClock.now();
  const { origin, template } = named.document;
  const ms = POD_MS + Math.min(containersOf(template), MOST_CONTAINERS) * CONTAINER_MS;
  const deadline = Deadline.in(ms, `pod ${origin.name}`).within(context.deadline);
  const witness = createWitness(deadline, context.turnstile);
  const report = await tellPod(named, { ...context, deadline, witness }).catch((error: unknown) => {
    context.deadline.signal.throwIfAborted();
    return untold(origin, describeError(error));
  });
  return {
    ...report,
    ...(context.options.withEvidence ? { evidence: witness.evidence } : {}),
    ms: Math.round(systemClock.now() - startedAt),
  };
}

async function tellPod(named: NamedPod, context: PodContext): Promise<PodReportV1> {
  const plan = await planPod(named, context);
  return podReport(plan, await rounds(plan, context));
}

/** With `--substitute-image`: again and again, until no image is missing that was not known to be missing before. */
async function rounds(plan: PodPlan, context: PodContext): Promise<Round> {
  for (let count = 1; ; count += 1) {
    const substitute = (object: ForeignObject): Substitution =>
      substituteImages(object, context.cluster.workloadImage, (image) => context.missingImages.has(image));
    const created: Pod[] = [];
    try {
      const round = await oneRound(plan, { substitute, created }, context);
      const missing =
        context.options.substituteImages && round.kind === 'done'
          ? newlyMissing(round.subject, round.substituted)
          : [];
      if (missing.length === 0 || count === MOST_ROUNDS) return round;
      for (const image of missing) context.missingImages.add(image);
    } finally {
      await Promise.all(created.map((pod) => removePod(pod, context)));
    }
    // The next round uses the same names.
    await Promise.all(created.map((pod) => awaitGone(pod, context)));
  }
}
