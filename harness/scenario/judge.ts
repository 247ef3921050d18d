import { describeError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import type { Observation } from '../core/observation.ts';
import type { Mismatch, Verdict } from '../core/verdict.ts';
import { callAuthor } from './author-code.ts';
import { shorten } from './shorten.ts';
import type { Claim } from './types.ts';

/** What both pods of a claim showed, as recorded. */
export interface Seen {
  readonly subject: Observation | undefined;
  readonly control: Observation | undefined;
}

/**
 * The one place where a verdict is made, a pure function of the claim and the recorded observations. The engine,
 * the Jest judge and a later re-judgement all call it, so they cannot disagree by accident.
 *
 * `holds` needs four things: the subject shows what the claim says, the control shows the opposite, and neither
 * expectation would have accepted the other pod. The last two catch a claim that cannot fail.
 */
export function judge(claim: Claim, seen: Seen): Verdict {
  try {
    return callAuthor(() => weigh(claim, seen));
  } catch (error) {
    // The author's code: an expectation that breaks has not been met, and nothing was contradicted either.
    return { kind: 'inconclusive', why: `the claim's own code failed: ${describeError(error)}` };
  }
}

function weigh(claim: Claim, seen: Seen): Verdict {
  const subject = valueOf(seen.subject, `subject ${claim.subject}`);
  if ('why' in subject) return { kind: 'inconclusive', why: subject.why };
  const control = valueOf(seen.control, `control ${claim.control}`);
  if ('why' in control) return { kind: 'inconclusive', why: control.why };

  const reasons: Mismatch[] = [];
  for (const { role, value, should, shouldNot } of [
    { role: 'subject', value: subject.value, should: claim.subjectShows, shouldNot: claim.controlShows },
    { role: 'control', value: control.value, should: claim.controlShows, shouldNot: claim.subjectShows },
  ] as const) {
    const unclear = should.unclear?.(value);
    if (unclear !== undefined) return { kind: 'inconclusive', why: `${role} ${claim[role]}: ${unclear}` };
    const seenText = shown(claim, value);
    if (!should.holds(value)) reasons.push({ role, expected: should.text, seen: seenText });
    else if (shouldNot.holds(value))
      reasons.push({ role, expected: `anything but ${shouldNot.text}`, seen: seenText });
  }
  return reasons.length === 0 ? { kind: 'holds' } : { kind: 'contradicted', reasons };
}

/** More than a person reads; a pod that writes a megabyte must not fill the terminal. The record has the value whole. */
const MOST_SHOWN = 2000;

/** What was seen, in the claim's own words. @throws OutOfTime; whatever the claim's own code throws */
export function showValue(claim: Claim, value: Json): string {
  return callAuthor(() => shown(claim, value));
}

/** They are text in its types, and at run time whatever it returns. */
function shown(claim: Claim, value: Json): string {
  const text: unknown = claim.show(value);
  return shorten(typeof text === 'string' ? text : (JSON.stringify(text) ?? 'nothing'), MOST_SHOWN);
}

function valueOf(observation: Observation | undefined, who: string): { value: Json } | { why: string } {
  if (observation === undefined) return { why: `${who} was never observed` };
  if (observation.kind === 'unknown') return { why: `${who}: ${observation.why}` };
  return { value: observation.value };
}
