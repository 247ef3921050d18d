import type { Places } from '../config/places.ts';
import type { RunSettings } from '../config/settings.ts';
import type { Deadline } from '../core/deadline.ts';
import type { CheckResult } from '../core/diagnosis.ts';
import type { EventSink } from '../core/events.ts';
import type { DockerEngine } from '../docker/engine-port.ts';
import { openAttached } from './attached-bench.ts';
import { checkAgain, checkUp, tellFindings } from './check-up.ts';
import { patientOnEngine } from './patient.ts';
import { openWorkbench, type Workbench, type WorkbenchOptions } from './workbench.ts';

interface Asked {
  readonly settings: RunSettings;
  readonly places: Places;
  readonly deadline: Deadline;
  readonly sink: EventSink;
  /** Filled with what else changed in an existing cluster while it was attached. */
  readonly meanwhile: string[];
}

interface Bench extends Pick<Workbench, 'provider'>, Pick<WorkbenchOptions, 'beforeCreate'> {
  /** Where the nodes are containers. */
  readonly docker?: DockerEngine;
  /** What is wrong with this machine by now, after a run that could not tell everything. */
  readonly lookAgain: () => Promise<readonly CheckResult[]>;
}

/** An engine with a provider on it, looked at by the doctor; for an existing cluster only the way to it. */
export async function openBench(
  { settings, places, deadline, sink, meanwhile }: Asked,
  options: Omit<WorkbenchOptions, 'provider'>,
): Promise<Bench> {
  const { provider } = settings;
  if (provider === 'attached') {
    const onMeanwhile = (changes: readonly string[]): void => void meanwhile.push(...changes);
    const attached = await openAttached({ ...options, settings, onMeanwhile });
    return { ...attached, lookAgain: () => Promise.resolve([]) };
  }
  const bench = await openWorkbench({ ...options, provider });
  const patient = await patientOnEngine({ settings, places, deadline }, bench);
  const examine = async (moment: 'engine' | 'cluster'): Promise<void> =>
    tellFindings(await checkUp(moment, patient, deadline.signal), sink);
  await examine('engine');
  return {
    provider: bench.provider,
    docker: bench.docker,
    beforeCreate: () => examine('cluster'),
    lookAgain: () => checkAgain(patient, deadline.signal),
  };
}
