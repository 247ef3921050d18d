import type { CommandRunner } from '../core/command.ts';
import { CannotTell, type PodUnderTest } from '../core/under-test.ts';
import { ask } from './answer.ts';

export type ProcessLine = {
  readonly pid: number;
  /** The words of the command, joined by spaces. */ readonly line: string;
};

/**
 * So much of each command line is read: enough to know a process by, and little enough that two thousand of them fit
 * into what is kept of a pod's output (1 MiB).
 */
const LINE_BYTES = 512;

/**
 * The command lines of all processes that the runner can see, kernel threads left out. What is searched for never
 * appears in the argv of the search itself, so the search cannot find itself. One `head` reads all files: a process
 * for each of them would cost more than everything else in a scenario.
 *
 * @throws CannotTell when nothing at all was readable
 */
export async function commandLines(runner: CommandRunner): Promise<readonly ProcessLine[]> {
  const result = await ask(runner, [
    'find',
    '/proc',
    '-maxdepth',
    '2',
    '-path',
    '/proc/[0-9]*/cmdline',
    '-exec',
    'head',
    '-v',
    '-c',
    String(LINE_BYTES),
    '{}',
    '+',
  ]);
  const lines = parseCommandLines(result.stdout);
  // The search sees at least itself. A process that ended meanwhile makes find exit 1, which is fine.
  if (lines.length === 0) throw new CannotTell(`${runner.where} shows no process at all`);
  return lines;
}

/**
 * What a pod sees of its node's processes. The node is asked before and after: processes come and go, and only those
 * that stayed must be seen. The same number and the same words are the same process, if it is the same namespace.
 *
 * @returns the processes that the pod sees, those that stayed on the node, and those of the latter that the pod misses
 * @throws CannotTell
 */
export async function comparedWithNode(
  pod: Pick<PodUnderTest, 'runner' | 'node'>,
): Promise<{ readonly [part in 'own' | 'node' | 'missing']: readonly ProcessLine[] }> {
  const before = await commandLines(pod.node.runner);
  const own = await commandLines(pod.runner);
  const after = await commandLines(pod.node.runner);
  const node = before.filter((process) => includes(after, process));
  return { own, node, missing: node.filter((process) => !includes(own, process)) };
}

function includes(processes: readonly ProcessLine[], { pid, line }: ProcessLine): boolean {
  return processes.some((process) => process.pid === pid && process.line === line);
}

/** Reads what `head -v` prints for files /proc/PID/cmdline, whose words are ended by NUL. */
export function parseCommandLines(text: string): readonly ProcessLine[] {
  const parts = text.split(/^==> \/proc\/(\d+)\/cmdline <==\n/m);
  const processes: ProcessLine[] = [];
  for (let index = 1; index + 1 < parts.length; index += 2) {
    const line = (parts[index + 1] ?? '').split('\0').join(' ').trim();
    if (line !== '') processes.push({ pid: Number(parts[index]), line });
  }
  return processes;
}
