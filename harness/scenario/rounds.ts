import type { SecurityLevel } from './security-level.ts';

/*
 * A round is a set of units that have no pod name in common, and a namespace of its own: 0 for the scenarios
 * themselves, n for the n-th mutant of each, one for every node that is visited, and again one of each for second
 * attempts, so that no name of a namespace is used twice.
 */
const NODE_ROUND = 10_000;
const RETRY_ROUND = 1_000_000;

/** @param index of the node among those that take pods */
export function nodeRound(index: number): number {
  return NODE_ROUND + index;
}

export function retryRound(round: number): number {
  return RETRY_ROUND + round;
}

/** Of a second attempt. */
export function firstRound(round: number): number {
  return round - RETRY_ROUND;
}

/**
 * The namespace of a round: that of the run, `-m2` for the second mutants, `-n17` for a node, `-r0`, `-rn17` and so on
 * for second attempts. Pods that no baseline admits have one of their own.
 */
export function namespaceName(runId: string, round: number, level: SecurityLevel): string {
  const ofLevel = level === 'baseline' ? '' : `-${level}`;
  return `podproof-${runId}${suffixOf(round)}${ofLevel}`;
}

function suffixOf(round: number): string {
  if (round === 0) return '';
  const isRetry = round >= RETRY_ROUND;
  const base = isRetry ? firstRound(round) : round;
  const node = base < NODE_ROUND ? undefined : `n${String(base - NODE_ROUND)}`;
  return isRetry ? `-r${node ?? String(base)}` : `-${node ?? `m${String(base)}`}`;
}
