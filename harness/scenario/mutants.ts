import { isPod, type KubeObject } from '../core/kube.ts';
import type { LoadedScenario, MutablePod, Mutant, Scenario } from './types.ts';

/** The manifest as a mutant leaves it: a deep copy in which one pod was changed. */
export function mutatedObjects(scenario: LoadedScenario, mutant: Mutant): readonly KubeObject[] {
  const target = targetOf(scenario, mutant);
  return scenario.objects.map((object) => {
    if (!isMutable(object) || object.metadata.name !== target) return object;
    const copy = structuredClone(object);
    mutant.mutate(copy);
    return copy;
  });
}

/** The manifest was checked field by field when it was read; here only the kind is left to ask. */
function isMutable(object: KubeObject): object is KubeObject & MutablePod {
  return isPod(object);
}

/** The pod a mutant changes: the one it names, else the subject of the first claim it fells. */
function targetOf(scenario: Pick<Scenario, 'claims'>, mutant: Mutant): string | undefined {
  return mutant.pod ?? scenario.claims.find(({ id }) => mutant.fells.includes(id))?.subject;
}
