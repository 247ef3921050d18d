import { UsageError } from '../core/errors.ts';
import { runSettings, type RunSettings } from './settings.ts';

/** What `matrix` was asked to do, complete and valid. */
export interface MatrixSettings {
  /** Each with the numbers of nodes that its clusters get. */
  readonly providers: readonly {
    readonly name: RunSettings['provider'];
    readonly nodes: readonly number[];
  }[];
  /** Minor versions; all that there are when empty. */
  readonly kubernetes: readonly string[];
  /** Of the folder of the matrix; made from the above when absent. */
  readonly name?: string;
  /** Also run cells whose result is there already. */
  readonly fresh: boolean;
  /** Files to compare instead of running anything; empty when cells are to be run. */
  readonly compare: readonly string[];
  readonly json?: string;
  readonly markdown?: string;
  readonly verbose: boolean;
  /** What all cells have in common. */
  readonly run: RunSettings;
}

type Flags = Readonly<Record<string, unknown>>;
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Defaults, then environment, then flags; lists are written with commas, and each of their values is what `run` takes.
 *
 * @throws UsageError SETTINGS_INVALID
 */
export function matrixSettings(flags: Flags, env: Environment): MatrixSettings {
  const { provider, kubernetes, nodes, name, fresh, compare, json, markdown, verbose, ...common } = flags;
  const defaults = { ...env, PODPROOF_IMAGE: undefined, PODPROOF_KUBERNETES: undefined };
  const run = runSettings(common, defaults);
  const valuesOf = <K extends keyof RunSettings>(key: K, given: unknown): readonly RunSettings[K][] => [
    ...new Set(listOf(key, given).map((value) => runSettings({ ...common, [key]: value }, {})[key])),
  ];
  const files = textsOf(compare);
  if (compare !== undefined && files.length < 2) throw invalid('--compare: two results or more are needed');
  return {
    providers: (provider === undefined ? [run.provider] : valuesOf('provider', provider)).map((maker) => ({
      name: maker,
      nodes:
        nodes === undefined ? [runSettings({ provider: maker }, defaults).nodes] : valuesOf('nodes', nodes),
    })),
    kubernetes: valuesOf('kubernetes', kubernetes).filter((minor) => minor !== undefined),
    ...(name === undefined ? {} : { name: nameOf(name) }),
    fresh: fresh === true,
    compare: files,
    ...(typeof json === 'string' ? { json } : {}),
    ...(typeof markdown === 'string' ? { markdown } : {}),
    verbose: verbose === true,
    run,
  };
}

function listOf(key: string, given: unknown): readonly string[] {
  if (typeof given !== 'string') return [];
  const values = given.split(',');
  if (values.includes(''))
    throw invalid(`--${key} ${JSON.stringify(given)}: a value is missing before or after a comma`);
  return values;
}

function textsOf(given: unknown): readonly string[] {
  return Array.isArray(given) ? given.filter((each) => typeof each === 'string') : [];
}

function nameOf(given: unknown): string {
  const name = typeof given === 'string' ? given : '';
  if (/^[a-z0-9][a-z0-9.-]{0,60}$/.test(name)) return name;
  throw invalid(`--name ${JSON.stringify(name)}: made of small letters, digits, dots and dashes`);
}

function invalid(message: string): UsageError {
  return new UsageError('SETTINGS_INVALID', message, {
    hint: '`npm run podproof -- matrix --help` lists all flags.',
  });
}
