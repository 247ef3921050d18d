import { another, CODE, MANIFEST, SOUND, type Files } from '../testing/malformed/scenario-files.ts';

/** What the command in the pod waits with; found on the node by this. */
export const WAITS = 'sleep 4.711';

const ASKED = "['say']";
/** With hostNetwork a pod has the host name of its node, otherwise its own. */
export const ANSWER = 'case "$(hostname)" in podproof-*) echo host ;; *) echo own ;; esac';

interface LiveChanges {
  /** What to run in the pods instead. */
  readonly command?: string;
  readonly manifest?: (text: string) => string;
  readonly code?: (text: string) => string;
}

const same = (text: string): string => text;

/**
 * The sound scenario for a real cluster: its pods tell whether they have the host name of the node, by a command that
 * takes some seconds, in which things can be broken.
 */
export function liveScenario({
  command = `${WAITS}; ${ANSWER}`,
  manifest = same,
  code = same,
}: LiveChanges = {}): Files {
  return {
    ...SOUND,
    'scenarios/01-one/manifest.yaml': manifest(MANIFEST),
    'scenarios/01-one/one.scenario.ts': code(asking(command)),
  };
}

function asking(command: string): string {
  return CODE.replace(ASKED, () => JSON.stringify(['sh', '-c', command]));
}

/** A second one beside it, which must not notice what goes wrong in the first. */
export const NEIGHBOUR: Files = another('two', undefined, asking(`${WAITS}; ${ANSWER}`));

/** What a pod answers at once. */
export const AT_ONCE: Files = liveScenario({ command: ANSWER });
