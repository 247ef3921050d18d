import { randomBytes } from 'node:crypto';
import { Deadline } from '../core/deadline.ts';
import type { KubeClient, KubeObject, Pod } from '../core/kube.ts';
import { done, pending, poll } from '../core/poll.ts';

/** A value that the e2e driver hands over through the environment. */
export function e2eSetting(name: 'PODPROOF_E2E_KUBECONFIG' | 'PODPROOF_E2E_WORKLOAD'): string {
  // oxlint-disable-next-line node/no-process-env -- the driver made the cluster in another process
  const value = process.env[name];
  if (value === undefined || value === '') {
    throw new Error(`${name} is not set: these tests need a cluster, run them through the e2e driver.`);
  }
  return value;
}

export function within(seconds: number): Deadline {
  return Deadline.in(seconds * 1000, 'the test');
}

/** A namespace of its own for one test file, with pods of the workload image. */
export class E2eNamespace implements AsyncDisposable {
  readonly name = `e2e-${randomBytes(4).toString('hex')}`;
  readonly selector = `podproof/e2e=${this.name}`;
  readonly image = e2eSetting('PODPROOF_E2E_WORKLOAD');
  readonly #kube: KubeClient;

  private constructor(kube: KubeClient) {
    this.#kube = kube;
  }

  static async create(kube: KubeClient): Promise<E2eNamespace> {
    const namespace = new E2eNamespace(kube);
    const deadline = within(60);
    const metadata = { name: namespace.name };
    await kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata }, deadline);
    // A pod is refused until the namespace has its default service account.
    const account = { name: 'default', namespace: namespace.name };
    const look = async (): Promise<ReturnType<typeof pending> | ReturnType<typeof done<KubeObject>>> => {
      const found = await kube.get('ServiceAccount', account, deadline);
      return found === undefined ? pending('no default service account') : done(found);
    };
    await poll(look, { deadline });
    return namespace;
  }

  /** A pod that sleeps; `spec` and `container` change what is given. */
  pod(name: string, spec: object = {}, container: object = {}): KubeObject {
    const main = {
      name: 'main',
      image: this.image,
      imagePullPolicy: 'Never',
      command: ['sleep', '1d'],
      ...container,
    };
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: this.name, labels: { 'podproof/e2e': this.name } },
      spec: { terminationGracePeriodSeconds: 1, hostNetwork: false, containers: [main], ...spec },
    };
  }

  /** Creates the sleeping pod and waits with the watch until it is ready, as the scenario engine does. */
  async start(name: string, spec: object = {}, container: object = {}): Promise<Pod> {
    const deadline = Deadline.in(60_000, `${name} to run`);
    const created = await this.#kube.create(this.pod(name, spec, container), deadline);
    const stop = new AbortController();
    let lastSeen = 'nothing';
    let ready: Pod | undefined;
    await this.#kube.watchPods(this.selector, {
      signal: AbortSignal.any([stop.signal, deadline.signal]),
      giveUpMs: 5000,
      onChange({ pod }) {
        if (pod.metadata.uid !== created.metadata.uid) return;
        lastSeen = JSON.stringify(pod.status);
        if (pod.status?.containerStatuses?.[0]?.ready !== true) return;
        ready = pod;
        stop.abort();
      },
    });
    if (ready === undefined) throw deadline.error(lastSeen);
    return ready;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#kube.delete('Namespace', { name: this.name }, within(30));
  }
}
