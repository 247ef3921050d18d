import { basename, join } from 'node:path';
import { inTime, OutOfTime } from '../core/in-time.ts';
import { checkTogether, type CheckOptions, type LoadedFolder } from './check-together.ts';
import { readShape } from './definition-schema.ts';
import { importDefinition } from './import-definition.ts';
import { idOnPath, placeOfId } from './locate.ts';
import { parseManifest } from './manifest.ts';
import { isProblem, showPath, type Problem } from './problem.ts';
import { readSource, type SourceFile } from './source-file.ts';
import type { LoadedScenario, Scenario } from './types.ts';

export interface LoadOptions extends CheckOptions {
  /** How long a scenario file may take to say what it exports. @default 10000 */
  readonly importMs?: number;
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
  const loaded = { scenario, code, codeFile, manifest };
  // A manifest with mistakes lacks pods, and complaints about those would only be noise.
  if (manifest.problems.length > 0) return { loaded, problems };
  return { loaded, problems: [...problems, ...checkInTime(loaded, name, options)] };
}

/** The checks call the file's own functions: mutants change the manifest, expectations are asked what they accept. */
function checkInTime(loaded: LoadedFolder, name: string, options: LoadOptions): readonly Problem[] {
  try {
    return inTime(() => checkTogether(loaded, name, options), options.importMs ?? IMPORT_MS);
  } catch (error) {
    if (!(error instanceof OutOfTime)) throw error;
    return [{ file: showPath(loaded.codeFile), message: `a mutant or an expectation is ${error.message}` }];
  }
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
