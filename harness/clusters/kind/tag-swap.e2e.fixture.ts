import type { Cluster } from '../../core/cluster.ts';
import { describeResult } from '../../core/command.ts';
import { pushImage } from '../../probes/push-image.ts';
import { within } from '../../testing/e2e-settings.ts';

const REPOSITORY = 'team/app';

/** What a pod ran that had to pull: the digest of the image, and what it printed. */
export interface Pulled {
  readonly digest: string;
  readonly says: string;
}

/** Pushes an image from outside the nodes that says a word and who it is. @returns its digest */
export async function pushSaying(cluster: Cluster, word: string, user?: string): Promise<string> {
  const { address } = await cluster.registry(within(60));
  return pushImage(await cluster.outsider(within(60)), {
    to: `${address}/${REPOSITORY}:v1`,
    ...(user === undefined ? {} : { user }),
    env: { WORD: word },
    command: ['sh', '-c', 'echo "$WORD as $(id -u)"'],
  });
}

/** Runs a pod on that node whose image is pulled anew, until it has ended. */
export async function pullAndRun(cluster: Cluster, name: string, node: string): Promise<Pulled> {
  const { prefix } = await cluster.registry(within(60));
  const overrides = JSON.stringify({ spec: { nodeName: node } });
  const flags = ['--image-pull-policy=Always', '--restart=Never', `--overrides=${overrides}`];
  await kubectl(cluster, 'run', name, `--image=${prefix}/${REPOSITORY}:v1`, ...flags);
  await kubectl(cluster, 'wait', `pod/${name}`, '--for=jsonpath={.status.phase}=Succeeded', '--timeout=40s');
  const imageID = '-o=jsonpath={.status.containerStatuses[0].imageID}';
  const image = await kubectl(cluster, 'get', 'pod', name, imageID);
  return {
    digest: image.replace(`${prefix}/${REPOSITORY}@`, ''),
    says: await kubectl(cluster, 'logs', name),
  };
}

/** As the administrator, on the control plane: these tests are about images, not about our API client. */
async function kubectl(cluster: Cluster, ...args: string[]): Promise<string> {
  const node = cluster.nodes.find(({ role }) => role === 'control-plane');
  const result = await node?.runner.run(['kubectl', '--kubeconfig', '/etc/kubernetes/admin.conf', ...args], {
    deadline: within(60),
  });
  if (result?.kind === 'exited' && result.exitCode === 0) return result.stdout.trim();
  throw new Error(`kubectl ${args.join(' ')}: ${result === undefined ? 'no node' : describeResult(result)}`);
}
