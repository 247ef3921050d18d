import { isPod, type KubeObject } from '../core/kube.ts';
import { leafDifferences } from './differences.ts';
import { mutatedObjects } from './mutants.ts';
import type { Problem } from './problem.ts';
import type { Claim, LoadedScenario, Mutant } from './types.ts';

const ID = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** The image name that manifests use; the engine puts the cluster's own copy in its place. */
export const WORKLOAD_IMAGE = 'localhost/podproof/workload:v1';

/**
 * Everything about a scenario that the compiler cannot see: ids, names that must exist in the manifest, a mutant
 * for every claim, mutants that really change something.
 */
export function checkDefinition(scenario: LoadedScenario, file: string, name: string): readonly Problem[] {
  const messages: string[] = [];
  const pods = new Set(podNames(scenario.objects));
  if (scenario.id !== name)
    messages.push(`id ${JSON.stringify(scenario.id)} must equal the folder's name "${name}".`);
  if (!ID.test(scenario.id) || scenario.id.length > 40)
    messages.push(
      `id ${JSON.stringify(scenario.id)} must be lower-case words joined by dashes, at most 40 characters.`,
    );
  if (scenario.claims.length === 0) messages.push('has no claim.');
  messages.push(
    ...repeated(scenario.claims.map(({ id }) => id)).map((id) => `claim ${id} is defined twice.`),
  );
  messages.push(...scenario.claims.flatMap((claim) => checkClaim(claim, pods)));
  messages.push(...checkMutants(scenario));
  for (const pod of Object.keys(scenario.place ?? {}))
    if (!pods.has(pod)) messages.push(`place names pod ${pod}, which is not in the manifest.`);
  for (const object of scenario.objects) messages.push(...checkImages(object));
  return messages.map((message) => ({ file, message }));
}

function checkClaim(claim: Claim, pods: ReadonlySet<string>): string[] {
  const messages: string[] = [];
  if (!ID.test(claim.id))
    messages.push(`claim id ${JSON.stringify(claim.id)} must be lower-case words joined by dashes.`);
  if (!claim.must.includes('MUST')) messages.push(`claim ${claim.id}: its sentence needs the word MUST.`);
  if (claim.source.lines[0] > claim.source.lines[1])
    messages.push(`claim ${claim.id}: source lines run backwards.`);
  if (claim.subject === claim.control)
    messages.push(`claim ${claim.id}: subject and control are the same pod.`);
  for (const role of ['subject', 'control'] as const) {
    if (!pods.has(claim[role]))
      messages.push(`claim ${claim.id}: ${role} ${claim[role]} is not in the manifest.`);
  }
  return messages;
}

/** A control that differs in many fields proves nothing about one of them. `hostPID` with `hostIPC` makes two. */
function checkControl(claim: Claim, { objects }: LoadedScenario): string[] {
  const [subject, control] = [claim.subject, claim.control].map(
    (name) => objects.find((object) => object.kind === 'Pod' && object.metadata.name === name)?.['spec'],
  );
  if (subject === undefined || control === undefined || claim.subject === claim.control) return [];
  const fields = leafDifferences(subject, control);
  return fields.length === 1 || fields.length === 2
    ? []
    : [
        `claim ${claim.id}: subject and control must differ in the field under test only, they differ in ${fields.join(', ') || 'nothing'}.`,
      ];
}

function checkMutants(scenario: LoadedScenario): string[] {
  const messages = repeated(scenario.mutants.map(({ id }) => id)).map(
    (id) => `mutant ${id} is defined twice.`,
  );
  if (scenario.mutants.length < 2) messages.push('needs at least two mutants.');
  const felled = new Set(scenario.mutants.flatMap(({ fells }) => fells));
  for (const { id } of scenario.claims)
    if (!felled.has(id))
      messages.push(`claim ${id} has no mutant that must turn it red: nothing shows that it can fail.`);
  for (const mutant of scenario.mutants) messages.push(...checkMutant(scenario, mutant));
  return messages;
}

function checkMutant(scenario: LoadedScenario, mutant: Mutant): string[] {
  const messages: string[] = [];
  if (!/^[a-z][a-z0-9-]*$/i.test(mutant.id))
    messages.push(`mutant id ${JSON.stringify(mutant.id)} must be words joined by dashes.`);
  if (mutant.fells.length === 0) messages.push(`mutant ${mutant.id} fells no claim.`);
  for (const id of mutant.fells) {
    if (!scenario.claims.some((claim) => claim.id === id))
      messages.push(`mutant ${mutant.id} fells ${id}, which is no claim of this scenario.`);
  }
  return messages;
}

/**
 * What makes a sound experiment: controls that differ from their subject in the field under test only, mutants that
 * change something. For authors and for our own tests; a run does not ask for it, so that people may change a
 * manifest to see what happens. A mutant that changes nothing then survives, and the run is red anyway.
 */
export function checkExperiment(scenario: LoadedScenario, file: string): readonly Problem[] {
  const idle = scenario.mutants
    .filter((mutant) => JSON.stringify(mutatedObjects(scenario, mutant)) === JSON.stringify(scenario.objects))
    .map(({ id }) => `mutant ${id} changes nothing.`);
  return [...scenario.claims.flatMap((claim) => checkControl(claim, scenario)), ...idle].map((message) => ({
    file,
    message,
  }));
}

function checkImages(object: KubeObject): string[] {
  if (!isPod(object)) return [];
  return object.spec.containers
    .map((container) => container['image'])
    .filter((image) => image !== WORKLOAD_IMAGE)
    .map(
      (image) =>
        `pod ${object.metadata.name} uses image ${String(image)}; scenarios use ${WORKLOAD_IMAGE}, which is on every node.`,
    );
}

function podNames(objects: readonly KubeObject[]): readonly string[] {
  return objects.filter(({ kind }) => kind === 'Pod').map(({ metadata }) => metadata.name);
}

function repeated(ids: readonly string[]): readonly string[] {
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
}
