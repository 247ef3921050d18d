import { Deadline } from '../core/deadline.ts';

/** Something a run left or still uses; providers tell about their clusters in this form. */
export interface Leased {
  readonly name: string;
  /** A person asked to keep it. */
  readonly kept: boolean;
  /** Who holds it. `unreadable`: its record is damaged, so nobody can know. */
  readonly owner: 'this process' | 'alive' | 'dead' | 'unreadable';
  /** False when it lives in another engine than the one in use. */
  readonly reachable: boolean;
}

export interface SweepSource {
  list(): Promise<readonly Leased[]>;
  destroy(name: string, deadline: Deadline): Promise<void>;
}

export interface SweepOptions {
  readonly deadline: Deadline;
  /** For one removal. @default 60000 */
  readonly eachMs?: number;
  /** Also what a person asked to keep, and what nobody can tell whose it is; never what a live run uses. */
  readonly all?: boolean;
  /** Only tell. */
  readonly dryRun?: boolean;
}

export interface SweepReport {
  /** Removed, or with `dryRun`: would be removed. */
  readonly removed: readonly string[];
  readonly left: readonly { readonly name: string; readonly why: string }[];
  readonly failures: readonly { readonly name: string; readonly error: unknown }[];
}

/**
 * Removes what dead runs left behind. Touches nothing that a live process uses, that was kept on purpose, or whose
 * owner is unknown. Several sweeps at the same time do no harm: removing is idempotent.
 *
 * @throws only what listing throws; failed removals are in the report
 * @example const { removed } = await sweep(provider, { deadline })
 */
export async function sweep(source: SweepSource, options: SweepOptions): Promise<SweepReport> {
  const { deadline, eachMs = 60_000, all = false, dryRun = false } = options;
  const removed: string[] = [];
  const left: { name: string; why: string }[] = [];
  const failures: { name: string; error: unknown }[] = [];
  for (const leased of await source.list()) {
    const { name } = leased;
    const why = reasonToLeave(leased, all);
    if (why !== undefined) {
      left.push({ name, why });
      continue;
    }
    try {
      if (!dryRun) await source.destroy(name, Deadline.in(eachMs, `${name} to be removed`, deadline.signal));
      removed.push(name);
    } catch (error) {
      failures.push({ name, error });
    }
  }
  return { removed, left, failures };
}

function reasonToLeave({ owner, kept, reachable }: Leased, all: boolean): string | undefined {
  if (owner === 'this process') return 'this run uses it';
  // A kept cluster has no user once its run is over; the record then names a dead process.
  if (owner === 'alive') return 'another run uses it';
  if (owner === 'unreadable') return all ? undefined : 'its record is damaged, nobody knows whose it is';
  if (!reachable) return 'it is in another container engine';
  return kept && !all ? 'it was kept on purpose' : undefined;
}
