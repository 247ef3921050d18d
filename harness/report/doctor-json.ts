import { exitOfDiagnosis, type Diagnosis, type Level } from '../core/diagnosis.ts';
import type { ExitCode } from '../core/exit-codes.ts';
import { sanitizeText } from '../core/sanitize-text.ts';

/** `doctor --json`. `schema` changes when a field changes its meaning or goes away. */
export interface DoctorV1 {
  readonly schema: 1;
  readonly podproof: string;
  /** ISO 8601 */
  readonly at: string;
  readonly exitCode: ExitCode;
  readonly ms: number;
  readonly checks: readonly {
    readonly id: string;
    readonly title: string;
    readonly level: Level;
    readonly tried: string;
    readonly seen: string;
    readonly cause: string | null;
    readonly fix: string | null;
    /** Relative to the project. */
    readonly doc: string;
    readonly ms: number;
  }[];
}

export function doctorJson(
  diagnosis: Diagnosis,
  facts: { readonly podproof: string; readonly at: Date },
): string {
  const { checks, ms } = diagnosis;
  const document: DoctorV1 = {
    schema: 1,
    podproof: facts.podproof,
    at: facts.at.toISOString(),
    exitCode: exitOfDiagnosis(diagnosis),
    ms,
    checks: checks.map(({ id, title, level, tried, seen, cause, fix, doc, ms: took }) => ({
      id,
      title,
      level,
      tried: sanitizeText(tried),
      seen: sanitizeText(seen),
      cause: cause === undefined ? null : sanitizeText(cause),
      fix: fix === undefined ? null : sanitizeText(fix),
      doc,
      ms: took,
    })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}
