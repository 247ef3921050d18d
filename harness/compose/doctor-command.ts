import { podproofVersion, type Places } from '../config/places.ts';
import type { RunSettings } from '../config/settings.ts';
import { systemClock } from '../core/clock.ts';
import { Deadline } from '../core/deadline.ts';
import { exitOfDiagnosis } from '../core/diagnosis.ts';
import type { ExitCode } from '../core/exit-codes.ts';
import { CHECKS } from '../doctor/all-checks.ts';
import { examine } from '../doctor/examine.ts';
import { requireMinor } from '../images/kubernetes-minors.ts';
import { doctorJson } from '../report/doctor-json.ts';
import { doctorTable } from '../report/doctor-table.ts';
import type { Terminal } from './console.ts';
import { thisPatient } from './patient.ts';

/** The promise to people who wait for it. */
const DOCTOR_MS = 9500;

/**
 * Looks at everything that a run with these settings would depend on, and tells. Starts no engine, makes no cluster
 * and removes nothing; the one container that it starts in an engine that runs is gone again.
 */
export async function doctorCommand(
  options: { readonly json: boolean; readonly settings: RunSettings },
  places: Places,
  terminal: Terminal,
): Promise<ExitCode> {
  await requireMinor(places.recipes, options.settings.kubernetes);
  const deadline = Deadline.in(DOCTOR_MS, 'the doctor');
  const patient = await thisPatient({ settings: options.settings, places, deadline });
  try {
    const diagnosis = await examine(CHECKS, patient, { deadline });
    const facts = { podproof: podproofVersion(), at: systemClock.date() };
    terminal.out(options.json ? doctorJson(diagnosis, facts) : doctorTable(diagnosis, terminal.outStyle));
    return exitOfDiagnosis(diagnosis);
  } finally {
    patient.close();
  }
}
