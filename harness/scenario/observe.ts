import { Deadline } from '../core/deadline.ts';
import { describeError } from '../core/errors.ts';
import type { EventSink } from '../core/events.ts';
import type { Json } from '../core/json.ts';
import type { Observation } from '../core/observation.ts';
import type { Pod } from '../core/kube.ts';
import { describePodState, podState } from '../probes/pod-state.ts';
import { judge } from './judge.ts';
import type { Unit } from './plan.ts';
import { createRecorder } from './recorder.ts';
import { createScene, type SceneParts } from './scene.ts';
import type { Claim } from './types.ts';

/** Longest time for one claim on one pod. */
const OBSERVE_MS = 90_000;

/** What a unit's claims are asked of. A pod that could not be created or did not settle says why instead. */
export interface Stage extends Omit<SceneParts, 'recorder' | 'deadline'> {
  readonly failures: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
  readonly sink: EventSink;
}

/** Observes subject and control of a claim side by side and emits observations and verdict. Never rejects. */
export async function proveClaim(claim: Claim, unit: Unit, stage: Stage): Promise<void> {
  const roles = await Promise.all(
    (['subject', 'control'] as const).map(async (role) => {
      const observation = await observe(claim, claim[role], stage);
      stage.sink.emit({ type: 'observed', unit: unit.planned, claim: claim.id, role, observation });
      return observation;
    }),
  );
  const [subject, control] = roles;
  stage.sink.emit({
    type: 'verdict',
    unit: unit.planned,
    claim: claim.id,
    verdict: judge(claim, { subject, control }),
    expected: claim.subjectShows.text,
    seen: render(claim, subject),
    controlSeen: render(claim, control),
  });
}

async function observe(claim: Claim, podName: string, stage: Stage): Promise<Observation> {
  const recorder = createRecorder();
  try {
    const why = stage.failures.get(podName) ?? notRunning(claim, stage.pods.get(podName));
    if (why !== undefined) return { kind: 'unknown', why, evidence: [] };
    const deadline = Deadline.in(OBSERVE_MS, `claim ${claim.id} on ${podName}`, stage.signal);
    const scene = createScene({ ...stage, recorder, deadline });
    const value = await deadline.race(claim.observe(scene.pod(podName), scene));
    // The judge sees what a file would give back, so that a stored run is judged on exactly the same value.
    return { kind: 'seen', value: asStored(value), evidence: recorder.evidence };
  } catch (error) {
    return { kind: 'unknown', why: describeError(error), evidence: recorder.evidence };
  }
}

function asStored(value: Json): Json {
  // What JSON.parse returns is Json by definition; its declared type is just wider.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return JSON.parse(JSON.stringify(value)) as Json;
}

function notRunning(claim: Claim, pod: Pod | undefined): string | undefined {
  if (pod === undefined) return 'the pod was never created';
  if (claim.when === 'settled') return undefined;
  const state = podState(pod);
  return state.kind === 'running' ? undefined : `the pod does not run: ${describePodState(state)}`;
}

function render(claim: Claim, observation: Observation | undefined): string {
  if (observation === undefined) return 'never observed';
  return observation.kind === 'seen' ? claim.show(observation.value) : observation.why;
}
