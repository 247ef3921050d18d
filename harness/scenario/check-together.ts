import { checkDefinition, checkExperiment } from './check-definition.ts';
import { placeOfId } from './locate.ts';
import type { ParsedManifest } from './manifest.ts';
import { checkPowers } from './powers.ts';
import { showPath, type Problem } from './problem.ts';
import type { SourceFile } from './source-file.ts';
import type { LoadedScenario, Scenario } from './types.ts';
import { vacuousExpectations } from './vacuous.ts';

/** A scenario whose files are all there, with what messages about it need to know. */
export interface LoadedFolder {
  readonly scenario: LoadedScenario;
  readonly code: SourceFile;
  /** Where people find the code, links not resolved. */
  readonly codeFile: string;
  readonly manifest: ParsedManifest;
}

export interface CheckOptions {
  /** Also ask whether controls and mutants make a sound experiment. @default false */
  readonly asAuthor?: boolean;
}

/**
 * What can only be seen with manifest and definition side by side.
 *
 * @param name of the folder, which the scenario's id must equal
 */
export function checkTogether(
  { scenario, code, codeFile, manifest }: LoadedFolder,
  name: string,
  { asAuthor = false }: CheckOptions = {},
): readonly Problem[] {
  const file = showPath(codeFile);
  const faults = [
    ...checkDefinition(scenario, file, name),
    ...checkLengths(scenario, file),
    ...scenario.claims.flatMap((claim) =>
      vacuousExpectations(claim).map((message) => ({
        file,
        ...placeOfId(code.text, claim.id),
        message: `claim ${claim.id}: ${message}`,
      })),
    ),
    ...checkPowers(scenario, {
      manifest: showPath(scenario.manifestFile),
      code: file,
      uses: manifest.powers,
    }),
  ];
  return asAuthor && faults.length === 0 ? checkExperiment(scenario, file) : faults;
}

/** Longest value of a label; a mutant's pods bear one that joins both names. */
const MAX_LABEL = 63;
const MAX_ID = 40;

function checkLengths({ id, claims, mutants }: Scenario, file: string): readonly Problem[] {
  const long = claims.filter((claim) => claim.id.length > MAX_LABEL).map((claim) => `claim ${claim.id}`);
  const joined = mutants
    // A scenario's own id has a limit too.
    .filter((mutant) => id.length <= MAX_ID && `${id}.${mutant.id}`.length > MAX_LABEL)
    .map((mutant) => `mutant ${mutant.id}, together with the id of the scenario,`);
  return [...long, ...joined].map((what) => ({
    file,
    message: `${what} is longer than ${String(MAX_LABEL)} characters.`,
  }));
}
