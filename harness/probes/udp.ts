import { describeResult } from '../core/command.ts';
import { CannotTell, type NodeUnderTest } from '../core/under-test.ts';
import { ask, type Exited } from './answer.ts';

/**
 * What came back for one datagram. `refused` is the ICMP message "port unreachable"; `silent` proves nothing, because
 * a datagram may get lost.
 */
export type UdpAnswer =
  | { readonly kind: 'answered'; readonly text: string }
  | { readonly kind: 'refused' }
  | { readonly kind: 'silent' };

/** bash and coreutils are in every node image, nc is not. dd takes one datagram; bash's own `read` would tear it. */
const EXCHANGE =
  'exec 3<>"/dev/udp/$1/$2" && printf %s "$3" >&3 && timeout 3 dd bs=65536 count=1 status=none <&3';

/**
 * Sends one datagram from the node and waits up to three seconds for one that comes back.
 *
 * @param payload what the server is expected to send back, in its own words
 * @throws CannotTell when the node could not send
 */
export async function udpFromNode(
  node: NodeUnderTest,
  { host, port }: { readonly host: string; readonly port: number },
  payload: string,
): Promise<UdpAnswer> {
  if (!/^[a-z0-9.-]+$/i.test(host)) throw new CannotTell(`not a host: ${host}`);
  return parseUdp(await ask(node.runner, ['bash', '-c', EXCHANGE, 'udp', host, String(port), payload]));
}

/** Source of exit 124: man timeout. */
export function parseUdp(result: Exited): UdpAnswer {
  if (result.exitCode === 0 && result.stdout !== '') return { kind: 'answered', text: result.stdout };
  if (result.exitCode === 124) return { kind: 'silent' };
  if (/Connection refused/.test(result.stderr)) return { kind: 'refused' };
  throw new CannotTell(`a datagram could not be sent: ${describeResult(result)}`);
}

/** `answered "7f3c… hello"`, `refused`, `silent` */
export function showUdp(answer: UdpAnswer): string {
  return answer.kind === 'answered' ? `answered ${JSON.stringify(answer.text.slice(0, 40))}` : answer.kind;
}
