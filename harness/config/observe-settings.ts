import { runSettings, type RunSettings } from './settings.ts';

/** What `observe` was asked to do, complete and valid. */
export interface ObserveSettings {
  /** Files and folders with manifests; `-` is standard input. */
  readonly paths: readonly string[];
  /** Print the report as JSON (schema 1). */
  readonly json: boolean;
  readonly substituteImages: boolean;
  readonly withControl: boolean;
  /** How the cluster is made or taken over, as for `run`. */
  readonly run: RunSettings;
}

/**
 * Defaults, then environment, then flags; those that `run` has too mean the same here.
 *
 * @throws UsageError SETTINGS_INVALID
 */
export function observeSettings(
  { filename, json, substituteImage, control, ...run }: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
): ObserveSettings {
  return {
    paths: Array.isArray(filename) ? filename.filter((path) => typeof path === 'string') : [],
    json: json === true,
    substituteImages: substituteImage === true,
    withControl: control !== false,
    run: runSettings(run, env),
  };
}
