import type { CommandRunner } from '../core/command.ts';
import { CannotTell } from '../core/under-test.ts';
import { ask, type Exited } from './answer.ts';
import { curlOf, parseCurl, type HttpAnswer } from './http.ts';
import { targetUrl, type HttpTarget } from './http-target.ts';

/** One line for each question, after its body. A body can imitate it, but then there are too many lines. */
const MARK = '\n#status=%{http_code} connects=%{num_connects}\n';
const RECORD = /([\s\S]*?)\n#status=(\d{3}) connects=(\d+)\n/g;

/**
 * Asks the same place again and again, each time over a new connection, with one curl for all: who balances load
 * chooses once per connection, so one that is kept open would always reach the same server.
 *
 * @returns the answers in order; the first failure is the last of them
 * @throws CannotTell when curl could not be run, used a connection twice, or answers are missing
 * @example await httpManyFrom(outsider, { host: node.address, port: 30080, path: '/nonce' }, 40)
 */
export async function httpManyFrom(
  runner: CommandRunner,
  target: HttpTarget,
  times: number,
): Promise<readonly HttpAnswer[]> {
  const each = ['--fail-early', '--header', 'Connection: close', '--write-out', MARK];
  // curl itself counts from 1 to the number of times; the server ignores the query.
  const result = await ask(runner, [
    ...curlOf(target),
    ...each,
    '--',
    `${targetUrl(target)}?[1-${String(times)}]`,
  ]);
  return parseManyCurl(result, times);
}

/** @throws CannotTell as above */
export function parseManyCurl(
  { exitCode, stdout, stderr }: Pick<Exited, 'exitCode' | 'stdout' | 'stderr'>,
  times: number,
): readonly HttpAnswer[] {
  const records = [...stdout.matchAll(RECORD)];
  const answered = exitCode === 0 ? records : records.slice(0, -1);
  if (exitCode === 0 && answered.length !== times)
    throw new CannotTell(`curl shows ${String(answered.length)} answers to ${String(times)} questions`);
  if (answered.some(([, , , connects]) => connects !== '1'))
    throw new CannotTell('curl did not open a new connection for each question');
  const answers = answered.map(([, body = '', status]) => ({
    kind: 'answered' as const,
    status: Number(status),
    body: body.trim(),
  }));
  return exitCode === 0 ? answers : [...answers, parseCurl(exitCode, '', stderr)];
}
