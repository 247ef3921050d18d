import { describeResult, type CommandRunner } from '../../core/command.ts';
import type { Deadline } from '../../core/deadline.ts';
import { InfrastructureError } from '../../core/errors.ts';
import { isRecord } from '../../core/json.ts';
import type { KubeObject } from '../../core/kube.ts';
import { nodeRunner } from './node-runner.ts';

/**
 * The node that the pod is on is the one that the API speaks of: the kernel's boot id is the same, and so is the
 * machine id where both sides know it.
 *
 * @throws InfrastructureError NODE_NOT_SEEN, NODE_MISTAKEN
 */
export async function requireItsNode(
  node: KubeObject,
  runner: CommandRunner,
  deadline: Deadline,
): Promise<void> {
  const { name } = node.metadata;
  const through = nodeRunner(() => Promise.resolve(runner), `node ${name}`);
  const result = await through.run(['cat', '/proc/sys/kernel/random/boot_id', '/etc/machine-id'], {
    deadline,
  });
  const [boot = '', machine = ''] = result.stdout.split('\n').map((line) => line.trim());
  if (boot === '') {
    deadline.signal.throwIfAborted();
    throw new InfrastructureError(
      'NODE_NOT_SEEN',
      `Node ${name} cannot be looked at: ${describeResult(result)}`,
      {
        hint: 'The image of --workload-image must be podproof’s own: it needs nsenter.',
      },
    );
  }
  const { bootID = '', machineID = '' } = nodeInfo(node);
  const isOther = machine !== '' && machineID !== '' && machine !== machineID;
  if (boot === bootID && !isOther) return;
  throw new InfrastructureError(
    'NODE_MISTAKEN',
    `The pod on node ${name} sees boot id ${boot} and machine id ${machine || 'none'}, the API says ${bootID} and ${machineID}.`,
    { hint: 'It was restarted a moment ago, or the pod runs in a virtual machine of its own. Run again.' },
  );
}

function nodeInfo({ status }: KubeObject): { readonly bootID?: string; readonly machineID?: string } {
  const info = isRecord(status) ? status['nodeInfo'] : undefined;
  if (!isRecord(info)) return {};
  const { bootID, machineID } = info;
  return {
    ...(typeof bootID === 'string' ? { bootID } : {}),
    ...(typeof machineID === 'string' ? { machineID } : {}),
  };
}
