import { recognise } from '../../core/known-errors/recognise.ts';
import { parseEvents, type MinikubeFailure } from './events.ts';

/** minikube quotes whole logs of the commands that it ran in the node. */
const LONGEST = 1500;

/**
 * Why a command failed, from its events: minikube's ids of the errors and what it says.
 *
 * @example storyOf(stdout) // 'DRV_AS_ROOT: The "docker" driver should not be used with root privileges.'
 * @returns '' when there is no event of an error
 */
export function storyOf(stdout: string): string {
  const text = decisive(stdout)
    .map(({ name, message }) => (name === '' ? message : `${name}: ${message}`))
    .join('\n');
  // The beginning says what was done, the end why it failed.
  return text.length <= LONGEST ? text : `${text.slice(0, 400)}\n…\n${text.slice(400 - LONGEST)}`;
}

/** What the reader of a failure can do next: a message that we know, else minikube's own advice. */
export function hintFor(stdout: string, rest: string): string {
  const known = recognise(`${stdout}\n${rest}`);
  if (known !== undefined) return known.hint;
  const { advice = '', url = '' } = decisive(stdout).find((failure) => failure.advice !== '') ?? {};
  const told = [advice, url].filter((text) => text !== '').join('. See ');
  return told === '' ? 'Run `npm run doctor -- --provider minikube`; if it finds nothing, run again.' : told;
}

/** Those that minikube has a name for: the cause first, then how the command ended. Without any, the last one. */
function decisive(stdout: string): readonly MinikubeFailure[] {
  const failures = parseEvents(stdout).filter((event) => event.type === 'error');
  const named = failures.filter(({ name }) => name !== '');
  return named.length > 0 ? named : failures.slice(-1);
}
