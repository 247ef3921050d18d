import type { Places } from '../config/places.ts';
import type { RunSettings } from '../config/settings.ts';
import { Deadline } from '../core/deadline.ts';
import type { CheckResult } from '../core/diagnosis.ts';
import { requireMinor } from '../images/kubernetes-minors.ts';
import { checkReportTarget } from '../report/write-report.ts';
import { loadScenarios } from '../scenario/load.ts';
import { choose } from '../scenario/plan.ts';
import type { LoadedScenario } from '../scenario/types.ts';
import { requireConsent } from './attached-bench.ts';
import { checkUp } from './check-up.ts';
import { thisPatient } from './patient.ts';

const CHECK_UP_MS = 10_000;

interface Asked {
  readonly settings: RunSettings;
  readonly places: Places;
}

/**
 * Everything that can be wrong before anything was started or written: scenario files, what was asked for, this
 * machine.
 *
 * @throws UsageError; EnvironmentError DOCTOR_FAILED; SafetyError DOCTOR_REFUSED and those of `requireConsent`
 */
export async function beforeTheStart({ settings, places }: Asked): Promise<{
  readonly scenarios: readonly LoadedScenario[];
  readonly findings: readonly CheckResult[];
}> {
  const scenarios = choose(await loadScenarios(places.scenarios), { ids: settings.ids, tags: settings.only });
  await requireMinor(places.recipes, settings.kubernetes);
  for (const file of [settings.json, settings.junit]) if (file !== undefined) await checkReportTarget(file);
  if (settings.provider === 'attached') await requireConsent(settings);
  return { scenarios, findings: await checkUpFirst({ settings, places }) };
}

/** The checks that need no engine. */
async function checkUpFirst({ settings, places }: Asked): Promise<readonly CheckResult[]> {
  const deadline = Deadline.in(CHECK_UP_MS, 'the checks before the start');
  const patient = await thisPatient({ settings, places, deadline });
  try {
    return await checkUp('start', patient, deadline.signal);
  } finally {
    patient.close();
  }
}
