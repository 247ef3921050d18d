import { describeError } from '../core/errors.ts';
import type { KubeObject } from '../core/kube.ts';
import type { Place, PowerAt } from './manifest.ts';
import { checkFields, loadKnownFields } from './known-fields.ts';
import { checkRules } from './manifest-rules.ts';
import { mutatedObjects } from './mutants.ts';
import { clip, type Problem } from './problem.ts';
import type { Mutant } from './mutant-types.ts';
import type { LoadedScenario, Scenario } from './types.ts';

/** What stands in the files of a scenario, for messages. */
export interface PowerSources {
  readonly manifest: string;
  readonly code: string;
  readonly uses: readonly PowerAt[];
}

/**
 * A scenario says what it does to its node: `requires: { privileged: 'why' }`, `requires: { hostPath: { '/dev': 'why' } }`.
 * What a manifest or a mutant does without saying is refused, and so is what is said and never done. Mutants must
 * also leave manifests that are as valid as the one they change.
 */
export function checkPowers(
  scenario: LoadedScenario,
  { manifest, code, uses }: PowerSources,
): readonly Problem[] {
  const declared = declaredPowers(scenario);
  const undeclared = uses
    .filter(({ power }) => !declared.has(power))
    .map(({ power, ...place }) =>
      problem(manifest, `uses ${power} without saying so.`, place, declaration(power)),
    );
  const used = new Set(uses.map(({ power }) => power));
  const ofMutants = scenario.mutants.flatMap((mutant) => {
    const found = inspect(scenario, mutant);
    // What the manifest does already was told about the manifest.
    const added = found.powers.filter((power) => !uses.some((use) => use.power === power));
    for (const power of added) used.add(power);
    return [
      ...found.problems.map((message) => problem(code, `mutant ${mutant.id}: ${message}`)),
      ...added
        .filter((power) => !declared.has(power))
        .map((power) =>
          problem(
            code,
            `mutant ${mutant.id} uses ${power} without saying so.`,
            undefined,
            declaration(power),
          ),
        ),
    ];
  });
  const idle = [...declared]
    .filter((power) => !used.has(power))
    .map((power) => problem(code, `requires ${power}, but neither the manifest nor a mutant uses it.`));
  return [...undeclared, ...ofMutants, ...idle];
}

function declaredPowers({ requires }: Scenario): ReadonlySet<string> {
  return new Set([
    ...(requires?.privileged === undefined ? [] : ['privileged']),
    ...Object.keys(requires?.hostPath ?? {}).map((path) => `hostPath ${path}`),
  ]);
}

function declaration(power: string): string {
  const [, path] = power.split('hostPath ');
  const field = path === undefined ? "privileged: 'why'" : `hostPath: { '${clip(path)}': 'why' }`;
  return `Add \`requires: { ${field} }\` to the scenario.`;
}

/** What a mutant makes of the manifest. Its function is the author's and may throw anything. */
function inspect(
  scenario: LoadedScenario,
  mutant: Mutant,
): { readonly problems: readonly string[]; readonly powers: readonly string[] } {
  let objects: readonly KubeObject[];
  try {
    objects = mutatedObjects(scenario, mutant, scenario.objects);
  } catch (error) {
    return { problems: [`its mutate throws: ${clip(describeError(error), 200)}.`], powers: [] };
  }
  const known = loadKnownFields();
  // Those that it did not touch are the same objects as before.
  const changed = objects.filter((object) => !scenario.objects.includes(object));
  const rules = changed.map(checkRules);
  const problems = [
    ...changed.flatMap((object) => checkFields(object, known)),
    ...rules.flatMap((each) => each.problems),
  ].map(({ message, hint }) => (hint === undefined ? message : `${message} ${hint}`));
  return {
    problems: [...new Set(problems)],
    powers: [...new Set(rules.flatMap(({ powers }) => powers.map(({ power }) => power)))],
  };
}

function problem(file: string, message: string, place?: Place, hint?: string): Problem {
  return { file, ...place, message, ...(hint === undefined ? {} : { hint }) };
}
