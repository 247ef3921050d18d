import { SOUND, type Files } from './scenario-files.ts';

/** A scenario with a mistake, and what must be told about it. */
export interface Malformed {
  /** Its class in docs/reliability.md. */
  readonly id: string;
  readonly what: string;
  /** Changes of the sound scenario. */
  readonly files: Files;
  /** Every line that is told, complete, paths from the folder of all scenarios. Empty: it is no mistake. */
  readonly told: readonly string[];
  /** What is told is the word of Node's own loader, or the process would end: not for a look inside Jest. */
  readonly needsNode?: boolean;
}

export function filesOf({ files }: Malformed): Files {
  return { ...SOUND, ...files };
}
