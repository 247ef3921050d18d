/** A message of the software below podproof that somebody has seen, understood and written down. */
export interface KnownError {
  /** Stable and searchable: `KIND_PORT_IN_USE`. */
  readonly id: string;
  /** Matches the real text and nothing that merely talks about the same thing. */
  readonly pattern: RegExp;
  /** The text as it appears: recorded, or the template in the source that prints it with values filled in. */
  readonly sample: string;
  /** What has happened, in words. */
  readonly cause: string;
  /** What to do, as one or two sentences or commands. */
  readonly hint: string;
  /** A public page: the issue, the documentation, or the source of the message. */
  readonly link: string;
  /** True when something else is usually behind it; then any other known message in the same text goes first. */
  readonly isSymptom?: true;
}
