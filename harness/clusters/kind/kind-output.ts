/** The longest text of kind that goes into a message. */
const LONGEST = 1500;

/** kind quotes the whole `docker run` with its thirty flags; what it ran is enough. */
const LONG_COMMAND = /command "(\S+ \S+) [^"]{80,}"/g;

/**
 * What kind is doing, from one line of its stderr without a terminal.
 *
 * @example stepOf(' • Preparing nodes 📦 📦 📦   ...') // 'preparing nodes'
 * @returns undefined for lines that start no step
 */
export function stepOf(line: string): string | undefined {
  const title = /^ • (.*?)\s*\.\.\.\s*$/u.exec(line)?.[1];
  if (title === undefined) return undefined;
  const words = title.replace(/[^\p{L}\p{N}\p{P}\p{Z}]/gu, '').trim();
  return words.charAt(0).toLowerCase() + words.slice(1);
}

/**
 * The lines of kind's stderr that tell why it failed: the step that failed, its error, and the end of the output
 * of the command inside, without Go stack traces.
 */
export function decisiveLines(stderr: string): string {
  const lines = stderr.split(/\r?\n/).filter((line) => line.trim() !== '');
  const failed = lines.filter((line) => line.startsWith(' ✗ '));
  const from = lines.findIndex((line) => line.startsWith('ERROR: '));
  const told = from === -1 ? lines.slice(-6) : lines.slice(from);
  const stack = told.findIndex((line) => line.startsWith('Stack Trace:'));
  const decisive = stack === -1 ? told : told.slice(0, stack);
  const text = [...failed, ...decisive].join('\n').replace(LONG_COMMAND, 'command "$1 …"').trim();
  // Long output is kubeadm's log; its beginning says what was done, its end why it failed.
  return text.length <= LONGEST ? text : `${text.slice(0, 400)}\n…\n${text.slice(400 - LONGEST)}`;
}

const HINTS: readonly (readonly [RegExp, string])[] = [
  [/no space left on device/i, 'The engine has no disk space left: `docker system df` shows what uses it.'],
  [
    /too many open files|inotify|unknown service runtime\.v1/i,
    'This machine has no inotify instances left: end other clusters (podproof down, kind delete cluster), or as root ' +
      'sysctl fs.inotify.max_user_instances=512 fs.inotify.max_user_watches=524288',
  ],
  [
    /failed to pull image|No such image/i,
    'The node image is not in the engine and no registry has it: choose another one with --image.',
  ],
  [/Cannot connect to the Docker daemon/i, 'The container engine stopped meanwhile: look at its log.'],
  [
    /could not find a log line that matches/i,
    'The node container did not boot: run with --image of another version, or look at `podproof doctor`.',
  ],
  [
    /address already in use|port is already allocated/i,
    'Another program took the port: run again, a new one is chosen.',
  ],
  [
    /The kubelet is not healthy|kubelet.*not running/i,
    'The kubelet did not start: on cgroup v1 it needs failCgroupV1, see `podproof doctor`.',
  ],
  [
    /execution phase wait-control-plane/,
    'The control plane did not answer in time: is the machine busy, or short of memory? Run again when it is not.',
  ],
];

/** What the reader of a failure can do next. */
export function hintFor(stderr: string): string {
  return (
    HINTS.find(([pattern]) => pattern.test(stderr))?.[1] ??
    'Run `podproof doctor`; with --verbose the whole output of kind is shown.'
  );
}
