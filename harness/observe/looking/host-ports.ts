import { systemClock } from '../../core/clock.ts';
import type { ForeignObject } from '../../core/submission.ts';
import { CannotTell } from '../../core/under-test.ts';
import type { CommandRunner } from '../../core/command.ts';
import { numberAt, recordAt, recordsAt, textAt } from '../shape.ts';
import { tcpFrom, type TcpAnswer } from './tcp.ts';

/** A port of the node that a pod asks for. */
export interface HostPort {
  readonly container: string;
  readonly hostPort: number;
  readonly containerPort: number;
  readonly protocol: string;
  /** '' for every address of the node. */
  readonly hostIP: string;
}

/** From where a port of the node was tried. `null`: there is no such place, or it could not be asked. */
export interface PortAnswers {
  readonly onNode: TcpAnswer | null;
  readonly fromOtherNode: TcpAnswer | null;
  readonly fromOutside: TcpAnswer | null;
}

/** Places to ask from. */
export interface PortVantages {
  /** The node's InternalIP. */
  readonly address: string;
  readonly node: CommandRunner;
  readonly otherNode: CommandRunner | undefined;
  readonly outside: (() => Promise<CommandRunner>) | undefined;
}

/**
 * The ports of the node that a pod asks for, as the API server stored it: with `hostNetwork` it fills in a hostPort
 * for every declared port.
 */
export function hostPortsOf(pod: ForeignObject): readonly HostPort[] {
  const spec = recordAt(pod, 'spec');
  return ['initContainers', 'containers'].flatMap((field) =>
    recordsAt(spec, field).flatMap((container) =>
      recordsAt(container, 'ports').flatMap((port): HostPort[] => {
        const hostPort = numberAt(port, 'hostPort') ?? 0;
        if (hostPort === 0) return [];
        return [
          {
            container: textAt(container, 'name') ?? '',
            hostPort,
            containerPort: numberAt(port, 'containerPort') ?? hostPort,
            protocol: textAt(port, 'protocol') ?? 'TCP',
            hostIP: textAt(port, 'hostIP') ?? '',
          },
        ];
      }),
    ),
  );
}

/** Tries one TCP port from all places at once. What could not be asked is null. */
export async function askPort(port: HostPort, at: PortVantages): Promise<PortAnswers> {
  const everywhere = port.hostIP === '' || port.hostIP === '0.0.0.0' || port.hostIP === '::';
  const target = { host: everywhere ? at.address : port.hostIP, port: port.hostPort };
  // An address of the loopback interface means something else everywhere but on the node.
  const isLocal = /^127\.|^::1$/.test(target.host);
  const from = async (
    runner: Promise<CommandRunner> | CommandRunner | undefined,
  ): Promise<TcpAnswer | null> => {
    if (runner === undefined) return null;
    try {
      return await tcpFrom(await runner, target);
    } catch (error) {
      if (error instanceof CannotTell) return null;
      throw error;
    }
  };
  const [onNode, fromOtherNode, fromOutside] = await Promise.all([
    from(at.node),
    isLocal ? null : from(at.otherNode),
    isLocal ? null : from(at.outside?.()),
  ]);
  return { onNode, fromOtherNode, fromOutside };
}

const CLOSING_MS = 8000;
const PAUSE_MS = 500;

/** Asks until no place gets an answer, for a port whose pod was just taken away; gives the last answers. */
export async function askUntilClosed(
  port: HostPort,
  at: PortVantages,
  signal: AbortSignal,
): Promise<PortAnswers> {
  const endsAt = systemClock.now() + CLOSING_MS;
  for (;;) {
    const answers = await askPort(port, at);
    const open = Object.values(answers).includes('answers');
    if (!open || systemClock.now() >= endsAt) return answers;
    await systemClock.sleep(PAUSE_MS, signal);
  }
}
