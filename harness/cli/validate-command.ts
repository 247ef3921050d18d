import type { Places } from '../config/places.ts';
import { EXIT_CODES, type ExitCode } from '../core/exit-codes.ts';
import { loadScenarios } from '../scenario/load.ts';

/** Checks scenario folders; every mistake is in the error. @throws UsageError SCENARIO_INVALID */
export async function validateCommand(
  paths: readonly string[],
  places: Places,
  write: (text: string) => void,
): Promise<ExitCode> {
  for (const folder of paths.length === 0 ? [places.scenarios] : paths) {
    const scenarios = await loadScenarios(folder, { asAuthor: true });
    const claims = scenarios.reduce((sum, scenario) => sum + scenario.claims.length, 0);
    const mutants = scenarios.reduce((sum, scenario) => sum + scenario.mutants.length, 0);
    write(
      `${String(scenarios.length)} scenarios, ${String(claims)} claims, ${String(mutants)} mutants: no mistake found\n`,
    );
  }
  return EXIT_CODES.ok;
}
