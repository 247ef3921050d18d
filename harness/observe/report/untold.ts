import type { Origin } from '../manifests/sort-documents.ts';
import type { PodReportV1 } from './report-v1.ts';

/** The report about a pod of which nothing was found out. */
export function untold(origin: Origin, why: string, notes: readonly string[] = []): PodReportV1 {
  return {
    origin,
    pod: null,
    outcome: { kind: 'could not tell', why },
    danger: 'none',
    podSecurity: { level: 'unknown', why: 'it was not asked' },
    control: null,
    containers: [],
    findings: [],
    notes,
    ms: 0,
  };
}
