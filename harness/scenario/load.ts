import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describeError } from '../core/errors.ts';
import { checkDefinition, checkExperiment } from './check-definition.ts';
import { parseManifest } from './manifest.ts';
import { refuse, type Problem } from './problem.ts';
import type { LoadedScenario, Scenario } from './types.ts';

export interface LoadOptions {
  /** Also ask whether controls and mutants make a sound experiment. @default false */
  readonly asAuthor?: boolean;
}

/**
 * Reads every scenario below `root`: folders `NN-name` with `manifest.yaml`, `name.scenario.ts` and `README.md`.
 * Nothing is returned unless everything is right: all mistakes of all files are reported together.
 *
 * @throws UsageError SCENARIO_INVALID (exit 2) with `file:line:col` for each mistake
 * @example const scenarios = await loadScenarios('scenarios')
 */
export async function loadScenarios(
  root: string,
  options: LoadOptions = {},
): Promise<readonly LoadedScenario[]> {
  if (!existsSync(root)) refuse([{ file: show(root), message: 'there is no such folder.' }]);
  const entries = await readdir(root, { withFileTypes: true });
  const folders = entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(root, entry.name))
    .sort();
  const loaded = await Promise.all(folders.map((folder) => loadFolder(folder, options)));
  const scenarios = loaded.flatMap(({ scenario }) => scenario ?? []);
  refuse([...loaded.flatMap(({ problems }) => problems), ...duplicates(scenarios)]);
  if (scenarios.length === 0) refuse([{ file: show(root), message: 'holds no scenario.' }]);
  return scenarios;
}

async function loadFolder(
  folder: string,
  { asAuthor = false }: LoadOptions,
): Promise<{ scenario?: LoadedScenario; problems: readonly Problem[] }> {
  const name = basename(folder).replace(/^\d+-/, '');
  const files = {
    code: join(folder, `${name}.scenario.ts`),
    manifest: join(folder, 'manifest.yaml'),
    readme: join(folder, 'README.md'),
  };
  const missing = Object.values(files).filter((file) => !existsSync(file));
  if (missing.length > 0)
    return { problems: missing.map((file) => ({ file: show(file), message: 'is missing.' })) };

  const { objects, problems } = parseManifest(show(files.manifest), await readFile(files.manifest, 'utf8'));
  let definition: Scenario;
  try {
    // Scenario folders are found at run time, so their path cannot be written down.
    // oxlint-disable-next-line podproof/plain-imports
    const module = (await import(pathToFileURL(files.code).href)) as { default?: Scenario };
    if (typeof module.default !== 'object')
      return {
        problems: [
          ...problems,
          { file: show(files.code), message: 'has no default export made by defineScenario.' },
        ],
      };
    definition = module.default;
  } catch (error) {
    return {
      problems: [
        ...problems,
        { file: show(files.code), message: `cannot be loaded: ${describeError(error)}` },
      ],
    };
  }
  const scenario: LoadedScenario = { ...definition, folder, manifestFile: files.manifest, objects };
  // A manifest with mistakes lacks pods, and complaints about those would only be noise.
  const code = show(files.code);
  const faults = problems.length > 0 ? [] : checkDefinition(scenario, code, name);
  const experiment = asAuthor && problems.length + faults.length === 0 ? checkExperiment(scenario, code) : [];
  return { scenario, problems: [...problems, ...faults, ...experiment] };
}

function duplicates(scenarios: readonly LoadedScenario[]): readonly Problem[] {
  const problems: Problem[] = [];
  const owners = new Map<string, string>();
  for (const scenario of scenarios) {
    for (const key of [
      `scenario ${scenario.id}`,
      ...scenario.objects.map((object) => `${object.kind} ${object.metadata.name}`),
    ]) {
      const owner = owners.get(key);
      if (owner !== undefined)
        problems.push({ file: show(scenario.manifestFile), message: `${key} exists already in ${owner}.` });
      owners.set(key, show(scenario.folder));
    }
  }
  return problems;
}

function show(path: string): string {
  return relative(process.cwd(), path) || path;
}
