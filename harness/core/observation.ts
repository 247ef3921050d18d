import type { Json } from './json.ts';

/** From where something was seen. */
export type Vantage = 'laptop' | 'node' | 'pod' | 'cluster network' | 'API';

/** One look at the world, complete enough that a reader can repeat it by hand. */
export interface Evidence {
  readonly vantage: Vantage;
  /** Which pod, node or server, in words. */
  readonly where: string;
  /** The command, or for the API `['GET', path]`. */
  readonly argv: readonly string[];
  /** How it ended: "exit 0", "HTTP 200", "unknown outcome: …". */
  readonly outcome: string;
  /** Control characters stripped, cut to a bounded length. */
  readonly stdout: string;
  readonly stderr: string;
  /** ISO 8601 wall-clock time of the start. */
  readonly at: string;
  readonly durationMs: number;
}

/** What one pod showed for one claim. `unknown` means that we could not look: it can never count as an answer. */
export type Observation =
  | { readonly kind: 'seen'; readonly value: Json; readonly evidence: readonly Evidence[] }
  | { readonly kind: 'unknown'; readonly why: string; readonly evidence: readonly Evidence[] };
