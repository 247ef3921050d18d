import { basename, join } from 'node:path';
import { checkDefinition, checkExperiment } from './check-definition.ts';
import { readShape } from './definition-schema.ts';
import { importDefinition } from './import-definition.ts';
import { idOnPath, placeOfId } from './locate.ts';
import { parseManifest, type ParsedManifest } from './manifest.ts';
import { checkPowers } from './powers.ts';
import { isProblem, showPath, type Problem } from './problem.ts';
import { readSource, type SourceFile } from './source-file.ts';
import type { LoadedScenario, Scenario } from './types.ts';
import { vacuousExpectations } from './vacuous.ts';

export interface LoadOptions {
  /** Also ask whether controls and mutants make a sound experiment. @default false */
  readonly asAuthor?: boolean;
  /** How long a scenario file may take to say what it exports. @default 10000 */
  readonly importMs?: number;
}

/** A scenario whose files are all there, with what messages about it need to know. */
export interface LoadedFolder {
  readonly scenario: LoadedScenario;
  readonly code: SourceFile;
  readonly manifest: ParsedManifest;
}

interface Read {
  /** Absent when too little could be read to compare it with others. */
  readonly loaded?: LoadedFolder;
  readonly problems: readonly Problem[];
}

const IMPORT_MS = 10_000;

/**
 * Reads one scenario and finds every mistake in its files.
 *
 * @param base real path of the folder that holds all scenarios
 */
export async function loadFolder(folder: string, base: string, options: LoadOptions): Promise<Read> {
  const name = basename(folder).replace(/^\d+-/, '');
  const codeFile = join(folder, `${name}.scenario.ts`);
  const manifestFile = join(folder, 'manifest.yaml');
  const [code, text, readme] = await Promise.all([
    readSource(codeFile, base),
    readSource(manifestFile, base),
    readSource(join(folder, 'README.md'), base),
  ]);
  const manifest = isProblem(text) ? undefined : parseManifest(showPath(manifestFile), text.text);
  const definition = isProblem(code) ? undefined : await readDefinition(codeFile, code, options);
  const problems = [
    ...[text, code, readme].filter(isProblem),
    ...(manifest?.problems ?? []),
    ...(definition?.problems ?? []),
  ];
  if (isProblem(code) || manifest === undefined || definition?.scenario === undefined) return { problems };
  const scenario: LoadedScenario = {
    ...definition.scenario,
    folder,
    manifestFile,
    objects: manifest.objects,
  };
  const loaded = { scenario, code, manifest };
  // A manifest with mistakes lacks pods, and complaints about those would only be noise.
  if (manifest.problems.length > 0) return { loaded, problems };
  return { loaded, problems: [...problems, ...checkTogether(loaded, { codeFile, name, ...options })] };
}

async function readDefinition(
  file: string,
  code: SourceFile,
  { importMs = IMPORT_MS }: LoadOptions,
): Promise<{ readonly scenario?: Scenario; readonly problems: readonly Problem[] }> {
  const imported = await importDefinition(code.path, importMs);
  if (imported.kind === 'failed') {
    const { kind: _, ...told } = imported;
    return { problems: [{ file: showPath(file), ...told }] };
  }
  const { exported } = imported;
  const shape = readShape(exported);
  if (shape.kind === 'scenario') return { scenario: shape.scenario, problems: [] };
  const problems = shape.problems.map(({ path, ...told }) => ({
    file: showPath(file),
    ...placeOfId(code.text, idOnPath(exported, path)),
    ...told,
  }));
  return { problems };
}

interface Together extends LoadOptions {
  readonly codeFile: string;
  readonly name: string;
}

/** What can only be seen with manifest and definition side by side. */
function checkTogether(
  { scenario, code, manifest }: LoadedFolder,
  { codeFile, name, asAuthor = false }: Together,
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
