import type { HostPort, PortAnswers } from '../looking/host-ports.ts';
import type { Trait } from './trait.ts';

/** `port 9000 of the node → 8080: answers on the node, from another node, from outside` */
export function portTrait({ hostPort, containerPort, hostIP }: HostPort, answers: PortAnswers): Trait {
  const address = hostIP === '' ? '' : `${hostIP}:`;
  const target = hostPort === containerPort ? '' : ` → ${String(containerPort)}`;
  const { onNode, fromOtherNode, fromOutside } = answers;
  const places = [
    ['on the node', onNode],
    ['from another node', fromOtherNode],
    ['from outside', fromOutside],
  ] as const;
  const asked = places.filter(([, answer]) => answer !== null);
  const byAnswer = Map.groupBy(asked, ([, answer]) => answer);
  const words = [...byAnswer].map(
    ([answer, where]) => `${String(answer)} ${where.map(([place]) => place).join(', ')}`,
  );
  return {
    kind: 'host port',
    about: `${address}${String(hostPort)}`,
    text: `port ${address}${String(hostPort)} of the node${target}: ${words.length === 0 ? 'could not be asked' : words.join('; ')}`,
    value: { hostPort, containerPort, hostIP, onNode, fromOtherNode, fromOutside },
  };
}
