import type { CommandRunner } from '../../core/command.ts';
import { CannotTell } from '../../core/under-test.ts';
import { ask } from '../../probes/answer.ts';

/** What a TCP connection to a port came to, as curl itself saw it. */
export type TcpAnswer = 'answers' | 'refused' | 'silent' | 'unreachable';

/** The first try is short: a curl that got its connection goes on waiting for words until its time is over. */
const SECONDS = ['1', '5'] as const;

/**
 * Opens a TCP connection and sends nothing over it: whoever listens there is somebody else's program.
 *
 * @throws CannotTell when curl could not be run or said something else
 * @example await tcpFrom(node.runner, { host: '172.18.0.3', port: 9000 }) // 'refused'
 */
export async function tcpFrom(
  runner: CommandRunner,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<TcpAnswer> {
  if (!/^[0-9a-f.:]+$/i.test(host) || !Number.isInteger(port) || port < 1 || port > 65_535)
    throw new CannotTell(`not an address: ${host}:${String(port)}`);
  let answer: TcpAnswer = 'silent';
  for (const seconds of SECONDS) {
    const result = await ask(runner, [
      ...(['curl', '-sS', '--noproxy', '*', '--max-time', seconds, '--output', '/dev/null'] as const),
      ...[
        '--write-out',
        '%{num_connects}',
        '--',
        `telnet://${host.includes(':') ? `[${host}]` : host}:${String(port)}`,
      ],
    ]);
    answer = parseTcp(result);
    if (answer !== 'silent') return answer;
  }
  return answer;
}

/**
 * `num_connects` counts connections that were made, so it tells a port that answered from one that did not, whatever
 * happened afterwards. Exit codes: man curl (7 could not connect, 28 time-out).
 */
export function parseTcp({
  exitCode,
  stdout,
  stderr,
}: {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}): TcpAnswer {
  const connects = stdout.trim();
  if (/^[1-9]\d*$/.test(connects)) return 'answers';
  if (connects !== '0')
    throw new CannotTell(`curl cannot be run here: exit ${String(exitCode)}, ${stderr.slice(0, 80)}`);
  if (exitCode === 28) return 'silent';
  if (exitCode !== 7) throw new CannotTell(`curl ended with ${String(exitCode)}: ${stderr.slice(0, 80)}`);
  // curl 7.88 does not always name the errno, so the other causes of exit 7 are excluded.
  return /no route|unreachable/i.test(stderr) ? 'unreachable' : 'refused';
}
