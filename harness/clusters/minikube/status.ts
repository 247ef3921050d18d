/** What minikube thinks of one node. Words are minikube's: Running, Stopped, Nonexistent, Irrelevant, Configured … */
export interface NodeStatus {
  readonly name: string;
  readonly host: string;
  readonly kubelet: string;
  readonly apiServer: string;
  readonly isWorker: boolean;
}

/**
 * Reads the answer of `minikube status --output=json`: an object for one node, an array for several. Its exit code
 * tells what is wrong with the cluster (7: a host is not running), not whether there is an answer.
 *
 * @returns undefined when the text is something else, such as events that there is no such profile
 */
export function parseStatus(text: string): readonly NodeStatus[] | undefined {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    return undefined;
  }
  const nodes = (Array.isArray(found) ? found : [found]).map(nodeStatus);
  return nodes.every((node) => node !== undefined) ? nodes : undefined;
}

function nodeStatus(found: unknown): NodeStatus | undefined {
  if (!isFields(found)) return undefined;
  const { Name, Host, Kubelet, APIServer, Worker } = found;
  if (typeof Name !== 'string' || typeof Host !== 'string' || typeof Kubelet !== 'string') return undefined;
  if (typeof APIServer !== 'string' || typeof Worker !== 'boolean') return undefined;
  return { name: Name, host: Host, kubelet: Kubelet, apiServer: APIServer, isWorker: Worker };
}

function isFields(found: unknown): found is Readonly<Record<string, unknown>> {
  return typeof found === 'object' && found !== null;
}

/** @example describeStatus(nodes) // 'podproof-3f2a91: host Running, kubelet Stopped, API server Stopped' */
export function describeStatus(nodes: readonly NodeStatus[]): string {
  return nodes
    .map(
      ({ name, host, kubelet, apiServer, isWorker }) =>
        `${name}: host ${host}, kubelet ${kubelet}${isWorker ? '' : `, API server ${apiServer}`}`,
    )
    .join('; ');
}
