import { leafDifferences } from './differences.ts';
import type { Mutant } from './mutant-types.ts';
import { mutatedObjects, targetsOf } from './mutants.ts';
import { namesWithPods, podPartOf } from './pod-template.ts';
import type { Problem } from './problem.ts';
import type { Claim, LoadedScenario } from './types.ts';

const ID = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/**
 * Everything about a scenario that the compiler cannot see: ids, names that must exist in the manifest, a mutant
 * for every claim, mutants that really change something.
 */
export function checkDefinition(scenario: LoadedScenario, file: string, name: string): readonly Problem[] {
  const messages: string[] = [];
  const pods = new Set(namesWithPods(scenario.objects));
  const names: Names = {
    pod: new Set([...pods, ...Object.keys(scenario.existing ?? {})]),
    workload: pods,
    variant: new Set(Object.keys(scenario.variants ?? {})),
  };
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
  messages.push(...scenario.claims.flatMap((claim) => checkClaim(claim, names)));
  messages.push(...checkMutants(scenario, names), ...checkNames(scenario, pods));
  return messages.map((message) => ({ file, message }));
}

/** What subjects and controls can be, by what a claim is about. */
type Names = Readonly<Record<Claim['about'], ReadonlySet<string>>>;

/** Every name that a scenario mentions must exist: a misspelt one would silently do nothing. */
function checkNames(scenario: LoadedScenario, pods: ReadonlySet<string>): string[] {
  const objects = new Set(scenario.objects.map(({ metadata }) => metadata.name));
  const mentioned: readonly (readonly [string, readonly string[], ReadonlySet<string>])[] = [
    ['place', Object.keys(scenario.place ?? {}), pods],
    ['replicas', Object.keys(scenario.replicas ?? {}), pods],
    ['standIns', scenario.standIns ?? [], pods],
    ['acts', (scenario.acts ?? []).flatMap(({ creates = [] }) => creates), objects],
  ];
  return mentioned.flatMap(([where, names, known]) =>
    names
      .filter((name) => !known.has(name))
      .map((name) => `${where} names ${name}, which is not in the manifest.`),
  );
}

function checkClaim(claim: Claim, names: Names): string[] {
  const messages: string[] = [];
  if (!ID.test(claim.id))
    messages.push(`claim id ${JSON.stringify(claim.id)} must be lower-case words joined by dashes.`);
  if (!claim.must.includes('MUST')) messages.push(`claim ${claim.id}: its sentence needs the word MUST.`);
  if (claim.source.lines[0] > claim.source.lines[1])
    messages.push(`claim ${claim.id}: source lines run backwards.`);
  if (claim.subject === claim.control) messages.push(`claim ${claim.id}: subject and control are the same.`);
  for (const role of ['subject', 'control'] as const) {
    if (!names[claim.about].has(claim[role]))
      messages.push(`claim ${claim.id}: ${role} ${claim[role]} is ${WHERE[claim.about]}.`);
  }
  for (const partner of claim.partners ?? []) {
    if (!names.pod.has(partner)) messages.push(`claim ${claim.id}: partner ${partner} is ${WHERE.pod}.`);
  }
  return messages;
}

const WHERE: Readonly<Record<Claim['about'], string>> = {
  pod: 'neither in the manifest nor under existing',
  workload: 'not in the manifest',
  variant: 'not under variants',
};

/**
 * A control that differs in many fields proves nothing about one of them. Two may differ, as `hostPID` and `hostIPC`
 * do; more only if the claim says why they do not explain what is seen.
 */
function checkControl(claim: Claim, { objects }: LoadedScenario): string[] {
  const [subject, control] = [claim.subject, claim.control].map(
    (name) =>
      objects.find((object) => object.metadata.name === name && podPartOf(object) !== undefined)?.['spec'],
  );
  if (subject === undefined || control === undefined || claim.subject === claim.control) return [];
  const explained = Object.keys(claim.alsoDiffers ?? {});
  const differences = leafDifferences(subject, control);
  const fields = differences.filter((path) => !explained.some((prefix) => path.startsWith(prefix)));
  const idle = explained.filter((prefix) => !differences.some((path) => path.startsWith(prefix)));
  return [
    ...idle.map((prefix) => `claim ${claim.id}: alsoDiffers names ${prefix}, which does not differ.`),
    ...(fields.length === 1 || fields.length === 2
      ? []
      : [
          `claim ${claim.id}: subject and control must differ in the field under test only, they differ in ${fields.join(', ') || 'nothing'}.`,
        ]),
  ];
}

function checkMutants(scenario: LoadedScenario, names: Names): string[] {
  const messages = repeated(scenario.mutants.map(({ id }) => id)).map(
    (id) => `mutant ${id} is defined twice.`,
  );
  if (scenario.mutants.length < 2) messages.push('needs at least two mutants.');
  const felled = new Set(scenario.mutants.flatMap(({ fells }) => fells));
  for (const { id } of scenario.claims)
    if (!felled.has(id))
      messages.push(`claim ${id} has no mutant that must turn it red: nothing shows that it can fail.`);
  for (const mutant of scenario.mutants) messages.push(...checkMutant(scenario, mutant, names));
  return messages;
}

function checkMutant(scenario: LoadedScenario, mutant: Mutant, names: Names): string[] {
  const messages: string[] = [];
  if (!/^[a-z][a-z0-9-]*$/i.test(mutant.id))
    messages.push(`mutant id ${JSON.stringify(mutant.id)} must be words joined by dashes.`);
  if (mutant.fells.length === 0) messages.push(`mutant ${mutant.id} fells no claim.`);
  for (const id of mutant.fells) {
    if (!scenario.claims.some((claim) => claim.id === id))
      messages.push(`mutant ${mutant.id} fells ${id}, which is no claim of this scenario.`);
  }
  const { mutate, mutateObject, subject, adds = [] } = mutant;
  if (!mutate && !mutateObject && subject === undefined && adds.length === 0)
    messages.push(`mutant ${mutant.id} changes nothing: it needs mutate, mutateObject, subject or adds.`);
  const about = scenario.claims.find(({ id }) => mutant.fells.includes(id))?.about ?? 'pod';
  if (subject !== undefined && !names[about].has(subject))
    messages.push(`mutant ${mutant.id}: subject ${subject} is ${WHERE[about]}.`);
  const objects = scenario.objects.map(({ metadata }) => metadata.name);
  const targets = mutate || mutateObject ? targetsOf(scenario, mutant) : [];
  for (const name of [...targets, ...adds])
    if (!objects.includes(name))
      messages.push(`mutant ${mutant.id} changes ${name}, which is not in the manifest.`);
  return messages;
}

/**
 * What makes a sound experiment: controls that differ from their subject in the field under test only, mutants that
 * change something. For authors and for our own tests; a run does not ask for it, so that people may change a
 * manifest to see what happens. A mutant that changes nothing then survives, and the run is red anyway.
 */
export function checkExperiment(scenario: LoadedScenario, file: string): readonly Problem[] {
  const { objects } = scenario;
  const idle = scenario.mutants
    .filter(({ subject, adds }) => subject === undefined && adds === undefined)
    .filter((mutant) => JSON.stringify(mutatedObjects(scenario, mutant, objects)) === JSON.stringify(objects))
    .map(({ id }) => `mutant ${id} changes nothing.`);
  return [...scenario.claims.flatMap((claim) => checkControl(claim, scenario)), ...idle].map((message) => ({
    file,
    message,
  }));
}

function repeated(ids: readonly string[]): readonly string[] {
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
}
