import { formatMs } from './duration.ts';
import type { ClusterFacts, RunSummary } from './run-summary.ts';

/**
 * What was tested, in one line.
 *
 * @example 'podproof · kind 0.33.0 · Kubernetes v1.37.2 · containerd 2.3.7 · 3 nodes · cgroup v1'
 */
export function headline(cluster: ClusterFacts): string {
  const { provider, facts, nodes, reused } = cluster;
  const version = (name: string, label: string): readonly string[] => {
    const value = facts[name];
    return value === undefined || value === '' ? [] : [`${label} ${value}`];
  };
  const providerVersion = version(provider, provider);
  return [
    'podproof',
    ...(providerVersion.length > 0 ? providerVersion : [provider]),
    ...version('kubernetes', 'Kubernetes'),
    ...version('containerd', 'containerd'),
    countOf(nodes.length, 'node'),
    ...version('cgroup', 'cgroup').map((text) => text.replace(/ (\d+)$/, ' v$1')),
    ...(reused ? ['kept cluster'] : []),
  ].join(' · ');
}

/**
 * The result of a run in one line, always in the same order.
 *
 * @example '6 scenarios · 19 claims · 19 hold · 0 contradicted · 0 inconclusive · 0 skipped · verdict 3.4 s · clean 1.2 s'
 */
export function totalsLine({ counts, timings }: RunSummary): string {
  return [
    countOf(counts.scenarios, 'scenario'),
    countOf(counts.claims, 'claim'),
    `${String(counts.holds)} hold${counts.holds === 1 ? 's' : ''}`,
    `${String(counts.contradicted)} contradicted`,
    `${String(counts.inconclusive)} inconclusive`,
    `${String(counts.skipped)} skipped`,
    ...(counts.withoutVerdict > 0 ? [`${String(counts.withoutVerdict)} without a verdict`] : []),
    ...(counts.retried > 0 ? [`${String(counts.retried)} at the second attempt`] : []),
    ...(timings.verdictMs === undefined ? [] : [`verdict ${formatMs(timings.verdictMs)}`]),
    ...(timings.cleanMs === undefined ? [] : [`clean ${formatMs(timings.cleanMs)}`]),
  ].join(' · ');
}

/** @example '12 mutants · 12 contradicted as they must · 0 survived · 0 inconclusive' */
export function mutantTotals({ mutants, mutantCounts }: RunSummary): string {
  const { killed, survived, inconclusive, skipped } = mutantCounts;
  return [
    countOf(mutants.length, 'mutant'),
    `${String(killed)} contradicted as ${killed === 1 ? 'it' : 'they'} must`,
    `${String(survived)} survived`,
    `${String(inconclusive)} inconclusive`,
    ...(skipped > 0 ? [`${String(skipped)} skipped`] : []),
  ].join(' · ');
}

function countOf(count: number, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`;
}
