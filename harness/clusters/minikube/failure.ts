import { recognise } from '../../core/known-errors/recognise.ts';
import { parseEvents, type MinikubeFailure } from './events.ts';

/** minikube quotes whole logs of the commands that it ran in the node. */
const LONGEST = 1500;

/**
 * Why a command failed, from its events: minikube's id of the error and what it says.
 *
 * @example storyOf(stdout) // 'DRV_AS_ROOT: The "docker" driver should not be used with root privileges.'
 * @returns '' when there is no event of an error
 */
export function storyOf(stdout: string): string {
  const failure = decisive(stdout);
  if (failure === undefined) return '';
  const { name, message } = failure;
  const text = name === '' ? message : `${name}: ${message}`;
  return text.length <= LONGEST ? text : `${text.slice(0, 400)}\n…\n${text.slice(400 - LONGEST)}`;
}

/** What the reader of a failure can do next: a message that we know, else minikube's own advice. */
export function hintFor(stdout: string, rest: string): string {
  const known = recognise(`${stdout}\n${rest}`);
  if (known !== undefined) return known.hint;
  const { advice = '', url = '' } = decisive(stdout) ?? {};
  const told = [advice, url].filter((text) => text !== '').join(' See ');
  return told === '' ? 'Run `npm run doctor`; if it finds nothing, run again.' : told;
}

/** The last one that minikube has a name for, or else the last one. */
function decisive(stdout: string): MinikubeFailure | undefined {
  const failures = parseEvents(stdout).filter((event) => event.type === 'error');
  return failures.findLast(({ name }) => name !== '') ?? failures.at(-1);
}
