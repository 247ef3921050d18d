import type { KubeObject } from '../core/kube.ts';
import type { MutableObject, MutablePod, Mutant } from './mutant-types.ts';
import { podPartOf, type PodPart } from './pod-template.ts';
import type { Scenario } from './types.ts';

/** The manifest as a mutant leaves it: a deep copy in which its targets were changed. */
export function mutatedObjects(
  scenario: Pick<Scenario, 'claims'>,
  mutant: Mutant,
  objects: readonly KubeObject[],
): readonly KubeObject[] {
  const targets = targetsOf(scenario, mutant);
  return objects.map((object) => {
    if (!targets.includes(object.metadata.name)) return object;
    const copy = structuredClone(object);
    const part = podPartOf(copy);
    if (part !== undefined && isMutablePod(part)) mutant.mutate?.(part);
    if (isMutableObject(copy)) mutant.mutateObject?.(copy);
    return copy;
  });
}

/** The manifest was checked field by field when it was read, and the copy is nobody else's. */
function isMutablePod(part: PodPart): part is PodPart & MutablePod {
  return !Object.isFrozen(part);
}

function isMutableObject(object: KubeObject): object is KubeObject & MutableObject {
  return !Object.isFrozen(object);
}

/** What a mutant changes: what it names, else the subject of the first claim it fells. */
export function targetsOf(scenario: Pick<Scenario, 'claims'>, mutant: Mutant): readonly string[] {
  const { target } = mutant;
  if (target !== undefined) return typeof target === 'string' ? [target] : target;
  const first = scenario.claims.find(({ id }) => mutant.fells.includes(id));
  return first === undefined ? [] : [mutant.subject ?? first.subject];
}
