import { describeResult } from '../../core/command.ts';
import { EnvironmentError } from '../../core/errors.ts';
import { askMinikube, type MinikubeSearch } from './ask.ts';
import { isTested, parseVersion, TESTED_RANGE } from './version.ts';

export const INSTALL_HINT = `Install minikube ${TESTED_RANGE} (https://minikube.sigs.k8s.io/docs/start/) so that it is on PATH, or use the default provider, kind.`;

export type MinikubeLook =
  | { readonly kind: 'found'; readonly version: string; readonly tested: boolean }
  /** `seen`: what happened instead, for people. */
  | { readonly kind: 'none'; readonly seen: string };

/** Looks for a minikube on PATH. */
export async function lookForMinikube(search: MinikubeSearch): Promise<MinikubeLook> {
  const answer = await askMinikube(['version', '--output=json'], search);
  if (answer.kind === 'notStarted') return { kind: 'none', seen: 'there is none on PATH' };
  const version = answer.kind === 'exited' ? parseVersion(answer.stdout) : undefined;
  if (version !== undefined) return { kind: 'found', version, tested: isTested(version) };
  return { kind: 'none', seen: `the one on PATH does not tell its version (${describeResult(answer)})` };
}

/**
 * The version of the minikube on PATH.
 *
 * @throws EnvironmentError MINIKUBE_MISSING
 */
export async function requireMinikube(search: MinikubeSearch): Promise<string> {
  const look = await lookForMinikube(search);
  if (look.kind === 'found') return look.version;
  throw new EnvironmentError('MINIKUBE_MISSING', `The provider minikube needs minikube: ${look.seen}.`, {
    hint: INSTALL_HINT,
  });
}
