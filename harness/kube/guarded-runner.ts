import { randomUUID } from 'node:crypto';
import type { CommandResult, CommandRunner } from '../core/command.ts';

/**
 * Runs `"$@"` for at most `$1` seconds and then writes the mark `$0:exit code` as the last thing on stderr. The text
 * is fixed; everything that differs travels as an argument of its own, so no word of a command is ever read as shell.
 *
 * Not simply `timeout`: busybox' version leaves a zombie per call below a PID 1 that does not reap, which `sleep` does
 * not. Here every helper is a child of this shell and gone when it is; `timeout` is the way out for a shell whose
 * `read` knows no `-t` (dash). The program runs in a session of its own, so that its children end with it. One line,
 * because it shows up in lists of processes.
 */
const GUARD = [
  't=$1; shift;',
  `command -v "$1" >/dev/null 2>&1 || { printf '%s:none' "$0" >&2; exit 127; };`,
  'exec 3<&0 4>&1 5>&2 2>/dev/null;',
  '(read -t 1 x) </dev/null;',
  'if [ $? -ne 1 ]; then',
  '  timeout -s KILL "$t" "$@" 2>&5 3<&- 4>&- 5>&-; s=$?;',
  `  printf '%s:%s' "$0" "$s" >&5; exit "$s";`,
  'fi;',
  'command -v setsid >/dev/null && own=setsid || own=;',
  '{ $own "$@" <&3 >&4 2>&5 3<&- 4>&- 5>&- &',
  '  p=$!; echo "$p"; exec 3<&- 4>&-; wait "$p"; echo "$?"; } |',
  '{ exec 3<&- 4>&-;',
  '  read p; read -t "$t" s || { kill -9 -"$p" || kill -9 "$p"; read s; };',
  `  printf '%s:%s' "$0" "$s" >&5; exit "$s"; }`,
].join(' ');

/** How much longer than the deadline the program may live. */
const GRACE_SECONDS = 1;

/**
 * A runner for pods whose image has `sh` (busybox, bash; dash with `timeout`), closing two holes of exec:
 * - The server reports Success for a command whose stream broke on its way. Seen with 1.37.2 after cutting the
 *   connection between kubelet and container runtime: a command that went on to exit 5 was reported as exit 0. Older
 *   versions do it for the connection between API server and kubelet, too (kubernetes/kubectl#1726). So an exit
 *   counts only if the program's own end mark, with a nonce of this call, is the last thing it wrote to stderr.
 * - A program outlives its connection. Here it is killed in the pod shortly after the deadline, whatever happens to
 *   the connection.
 *
 * What a program sees of it: it has a parent within the pod, and ignores SIGINT as background commands do. A command
 * that is not in the container's PATH is `notStarted`.
 *
 * @example guarded(kube.podRunner({ namespace, name })).run(['id', '-u'], { deadline })
 */
export function guarded(runner: CommandRunner, nonce: () => string = randomUUID): CommandRunner {
  return {
    where: runner.where,
    async run(argv, options) {
      const mark = nonce();
      const seconds = Math.ceil(options.deadline.remainingMs / 1000) + GRACE_SECONDS;
      // The mark has no line feed, so `onLine` never sees it.
      const result = await runner.run(['sh', '-c', GUARD, mark, String(seconds), ...argv], options);
      return withoutMark(result, mark, argv[0]);
    },
  };
}

function withoutMark(result: CommandResult, mark: string, program: string): CommandResult {
  const at = result.stderr.lastIndexOf(`${mark}:`);
  const said = at < 0 ? undefined : result.stderr.slice(at + mark.length + 1);
  const clean = at < 0 ? result : { ...result, stderr: result.stderr.slice(0, at) };
  if (clean.kind === 'notStarted') return { ...clean, why: explain(clean.why) };
  if (clean.kind !== 'exited') return clean;
  const { exitCode, ...streams } = clean;
  if (said === 'none') {
    return { ...streams, kind: 'notStarted', why: `"${program}" is not in the container's PATH` };
  }
  if (said === String(exitCode)) return clean;
  const why =
    said === undefined
      ? `the server reports exit ${String(exitCode)}, but the program's own end mark is missing${clean.truncated === true ? ' (an output was too long)' : ''}`
      : `the server reports exit ${String(exitCode)}, the program's own end mark says ${JSON.stringify(said)}`;
  return { ...streams, kind: 'inconclusive', why };
}

function explain(why: string): string {
  return /"sh": .*not found/.test(why)
    ? `the image has no sh, which podproof needs to confirm how a command ends (${why})`
    : why;
}
