import { describeResult, type CommandRunner } from '../core/command.ts';
import { CannotTell } from '../core/under-test.ts';
import { ask } from './answer.ts';
import { targetUrl, type HttpTarget } from './http-target.ts';

/**
 * What a real curl got. `refused` is a TCP reset seen by curl itself (exit 7, "Connection refused"): the only
 * honest "nobody listens". Other failures are kept apart, because a time-out or a missing route proves nothing.
 */
export type HttpAnswer =
  | { readonly kind: 'answered'; readonly status: number; readonly body: string }
  | { readonly kind: 'refused' }
  | { readonly kind: 'failed'; readonly curlExit: number; readonly why: string };

const STATUS_MARK = '\n#status=';

/**
 * Asks with curl from where the runner is: node, pod or the outsider. No proxy, no redirects, one fresh connection.
 *
 * @throws CannotTell when curl could not be run, or the target is malformed or refused
 * @example await httpFrom(node.runner, { host: node.address, port: 9000, path: '/nonce' })
 */
export async function httpFrom(runner: CommandRunner, target: HttpTarget): Promise<HttpAnswer> {
  const result = await ask(runner, [
    ...curlOf(target),
    '--write-out',
    `${STATUS_MARK}%{http_code}`,
    '--',
    targetUrl(target),
  ]);
  return parseCurl(result.exitCode, result.stdout, result.stderr);
}

/** A curl that stays inside its bounds, without its URL. */
export function curlOf({ maxSeconds = 5 }: HttpTarget): [string, ...string[]] {
  const bounds = ['--max-time', String(maxSeconds), '--max-filesize', '65536'];
  // No .curlrc of whoever owns the image: it could send us elsewhere. -q counts only as the first option.
  return ['curl', '-q', '-sS', '--noproxy', '*', ...bounds];
}

/** Source of the exit codes: man curl (6 could not resolve, 7 could not connect, 28 time-out, 52 empty reply). */
export function parseCurl(exitCode: number, stdout: string, stderr: string): HttpAnswer {
  if (exitCode === 126 || exitCode === 127)
    throw new CannotTell(
      `curl cannot be run here: ${describeResult({ kind: 'exited', exitCode, stdout, stderr, durationMs: 0 })}`,
    );
  const mark = stdout.lastIndexOf(STATUS_MARK);
  if (exitCode === 0 && mark !== -1) {
    return {
      kind: 'answered',
      status: Number(stdout.slice(mark + STATUS_MARK.length)),
      body: stdout.slice(0, mark).trim(),
    };
  }
  const why = stderr.trim().split('\n').at(-1) ?? '';
  // curl 7.88 words it "Couldn't connect to server" and names the errno only for some failures, so the exit code
  // decides and the known other causes of exit 7 are excluded.
  if (exitCode === 7 && !/no route|unreachable|timed out/i.test(why)) return { kind: 'refused' };
  return { kind: 'failed', curlExit: exitCode, why };
}

/** The first that is neither an answer nor a refusal, such as a time-out, in words: it proves nothing. */
export function lostAmong(answers: readonly HttpAnswer[]): string | undefined {
  const lost = answers.find(({ kind }) => kind === 'failed');
  return lost === undefined ? undefined : showAnswer(lost);
}

/**
 * The first answer of somebody else than those whose bodies are known, in words: another program has the port, and
 * what it says proves nothing.
 */
export function strangerAmong(answers: readonly HttpAnswer[], bodies: readonly string[]): string | undefined {
  const stranger = answers.find((answer) => answer.kind === 'answered' && !bodies.includes(answer.body));
  return stranger === undefined ? undefined : `somebody else answered: ${showAnswer(stranger)}`;
}

/** Whether the server that must answer did, such as the pod that alone knows this nonce. */
export function isAnswerOf(answer: HttpAnswer, body: string): boolean {
  return answer.kind === 'answered' && answer.status === 200 && answer.body === body;
}

/**
 * Whether curl got no further than the name. Its time-out (28) counts only with the words of a time-out of the name
 * server: one of the connection says nothing about names.
 */
export function isUnknownName(answer: HttpAnswer): boolean {
  if (answer.kind !== 'failed') return false;
  const { curlExit, why } = answer;
  return curlExit === 6 || (curlExit === 28 && why.includes('Resolving timed out'));
}

/** `200 7f3c…`, `refused`, `curl 28: …` */
export function showAnswer(answer: HttpAnswer): string {
  switch (answer.kind) {
    case 'answered':
      return `${String(answer.status)} ${JSON.stringify(answer.body.slice(0, 40))}`;
    case 'refused':
      return 'refused (curl 7)';
    case 'failed':
      return `curl ${String(answer.curlExit)}: ${answer.why.slice(0, 80)}`;
  }
}
