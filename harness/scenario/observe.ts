import { Deadline } from '../core/deadline.ts';
import { describeError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import type { Observation } from '../core/observation.ts';
import { done, pending, poll, type Look } from '../core/poll.ts';
import { CannotTell } from '../core/under-test.ts';
import { describePodState, podState, restartsOf } from '../probes/pod-state.ts';
import { workloadUnderTest } from './actors.ts';
import { callAuthor } from './author-code.ts';
import { judge, showValue } from './judge.ts';
import type { Play } from './play.ts';
import { createScene } from './scene.ts';
import type { SceneParts } from './scene-parts.ts';
import type { Claim } from './types.ts';
import type { UnitContext } from './unit-context.ts';

/** Longest time for one claim on one subject. */
const OBSERVE_MS = 90_000;
const LOOK_AGAIN_MS = 5000;
/** How evidence begins of a command that found no container, see `describeResult`. */
const NOT_STARTED = 'not started';

type Stand = Pick<UnitContext, 'signal' | 'sink' | 'codeStopped'>;

/** Observes subject and control of a claim side by side and emits observations and verdict. Never rejects. */
export async function proveClaim(claim: Claim, play: Play, { sink, ...stand }: Stand): Promise<void> {
  const unit = play.unit.planned;
  const roles = await Promise.all(
    (['subject', 'control'] as const).map(async (role) => {
      const observation = await observe(claim, claim[role], { play, ...stand });
      sink.emit({ type: 'observed', unit, claim: claim.id, role, observation });
      return observation;
    }),
  );
  const [subject, control] = roles;
  sink.emit({
    type: 'verdict',
    unit,
    claim: claim.id,
    verdict: judge(claim, { subject, control }),
    expected: claim.subjectShows.text,
    seen: render(claim, subject),
    controlSeen: render(claim, control),
  });
}

async function observe(
  claim: Claim,
  name: string,
  { play, signal, codeStopped }: Omit<Stand, 'sink'> & { readonly play: Play },
): Promise<Observation> {
  const recorder = play.newRecorder();
  try {
    const why = await notReady(claim, name, play);
    if (why !== undefined) return { kind: 'unknown', why, evidence: [] };
    const stop = AbortSignal.any([signal, codeStopped(play.unit.scenario.folder)]);
    const deadline = Deadline.in(OBSERVE_MS, `claim ${claim.id} on ${name}`, stop);
    const parts = play.sceneParts(recorder, deadline);
    const value = await deadline.race(callAuthor(() => ask(claim, name, { play, parts })));
    // The judge sees what a file would give back, so that a stored run is judged on exactly the same value.
    return { kind: 'seen', value: asStored(value), evidence: recorder.evidence };
  } catch (error) {
    const isGone = recorder.evidence.some(({ outcome }) => outcome.startsWith(NOT_STARTED));
    const why = `${describeError(error)}${await whatBecameOf(claim, name, { play, isGone })}`;
    return { kind: 'unknown', why, evidence: recorder.evidence };
  }
}

/**
 * A pod can run for a moment and then crash. What the kubelet says of it then explains more than the command that found
 * no container any more; it may say so a second later, when it has looked itself.
 */
async function whatBecameOf(
  claim: Claim,
  name: string,
  { play, isGone }: { readonly play: Play; readonly isGone: boolean },
): Promise<string> {
  if (claim.about !== 'pod' || claim.when === 'settled' || play.pod(name) === undefined) return '';
  const deadline = Deadline.in(LOOK_AGAIN_MS, `${name} to be looked at again`);
  const scene = createScene(play.sceneParts(play.newRecorder(), deadline));
  const look = async (): Promise<Look<string>> => {
    const pod = await scene
      .pod(name)
      .read()
      .catch(() => undefined);
    if (pod === undefined) return done('');
    const state = podState(pod);
    if (state.kind !== 'running') return done(`; meanwhile the pod does not run: ${describePodState(state)}`);
    const restarts = restartsOf(pod);
    if (restarts !== undefined) return done(`; meanwhile ${restarts}`);
    return isGone ? pending('it runs') : done('');
  };
  return poll(look, { deadline, pauseMs: 500 }).catch(() => '');
}

function ask(
  claim: Claim,
  name: string,
  { play, parts }: { readonly play: Play; readonly parts: SceneParts },
): Promise<Json> {
  const scene = createScene(parts);
  switch (claim.about) {
    case 'pod':
      return claim.observe(scene.pod(name), scene);
    case 'workload': {
      const object = play.created.get(name);
      if (object === undefined) throw new CannotTell(`${name} was never created`);
      return claim.observe(workloadUnderTest(object, parts), scene);
    }
    case 'variant': {
      const value = play.unit.scenario.variants?.[name];
      if (value === undefined) throw new CannotTell(`there is no variant ${name}`);
      return claim.observe({ name, value }, scene);
    }
  }
}

/** Why the claim cannot be asked of it; waits until it and the claim's partners have come to rest. */
async function notReady(claim: Claim, name: string, play: Play): Promise<string | undefined> {
  const names = [...(claim.about === 'variant' ? [] : [name]), ...(claim.partners ?? [])];
  for (const each of names) {
    const why = await play.settled(each);
    if (why !== undefined) return each === name ? why : `${each}: ${why}`;
  }
  if (claim.about !== 'pod') return undefined;
  const pod = play.pod(name);
  if (pod === undefined) return 'the pod was never created';
  if (claim.when === 'settled') return undefined;
  const state = podState(pod);
  return state.kind === 'running' ? undefined : `the pod does not run: ${describePodState(state)}`;
}

function asStored(value: Json): Json {
  // What JSON.parse returns is Json by definition; its declared type is just wider.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return JSON.parse(JSON.stringify(value)) as Json;
}

function render(claim: Claim, observation: Observation | undefined): string {
  if (observation === undefined) return 'never observed';
  if (observation.kind === 'unknown') return observation.why;
  try {
    return showValue(claim, observation.value);
  } catch (error) {
    return `what was seen cannot be shown: ${describeError(error)}`;
  }
}
