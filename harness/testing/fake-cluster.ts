import type { Cluster, ClusterNode } from '../core/cluster.ts';
import type { CommandResult, CommandRunner } from '../core/command.ts';
import { InfrastructureError } from '../core/errors.ts';
import type { KubeClient, KubeObject, ObjectEvent, Pod, PodChange, PodStatus } from '../core/kube.ts';

/** @param namespace of a pod; '' elsewhere */
type Answer = (
  argv: readonly string[],
  who: string,
  namespace: string,
) => CommandResult | Promise<CommandResult>;

export interface FakeScript {
  /** What a pod's status becomes right after it was created; undefined leaves it without one for ever. */
  readonly statusOf?: (pod: Pod) => PodStatus | undefined;
  readonly inPod?: Answer;
  readonly onNode?: Answer;
  /** Throws to refuse an object. */
  readonly onCreate?: (object: KubeObject) => void;
  /** The API server refuses to delete anything. */
  readonly undeletable?: boolean;
  /** What a pod's status is when it is read later; as it was when it settled, without this. */
  readonly nowOf?: () => PodStatus;
  /** Thrown by one list after the other, and by what is deleted meanwhile: an API server that is away for a while. */
  readonly away?: Error[];
  /** Rejecting breaks the watch. */
  readonly watchBreaks?: Promise<never>;
  readonly events?: readonly ObjectEvent[];
}

export interface FakeWorld {
  readonly kube: KubeClient;
  readonly cluster: Cluster;
  /** Everything that was created, as it was sent. */
  readonly created: KubeObject[];
  readonly deleted: string[];
}

/** What else a run takes, where nobody looks at it. */
export const UNWATCHED = {
  codeStopped: () => new AbortController().signal,
  keepManifests: () => undefined,
};

export const exited = (stdout: string, exitCode = 0): CommandResult => ({
  kind: 'exited',
  exitCode,
  stdout,
  stderr: '',
  durationMs: 1,
});

const RUNNING: PodStatus = {
  phase: 'Running',
  podIP: '10.244.1.5',
  hostIP: '172.18.0.2',
  containerStatuses: [{ name: 'main', ready: true, started: true, restartCount: 0, state: { running: {} } }],
};

/** A cluster that does exactly what its script says: two nodes, pods that run at once, commands that answer. */
export function fakeWorld(script: FakeScript = {}): FakeWorld {
  const created: KubeObject[] = [];
  const deleted: string[] = [];
  const watchers = new Set<(change: PodChange) => void>();
  const pods = new Map<string, Pod>();
  const tell = (kind: PodChange['kind'], pod: Pod): void =>
    watchers.forEach((watcher) => watcher({ kind, pod }));
  const kube: KubeClient = {
    server: 'https://fake',
    create(object) {
      script.onCreate?.(object);
      // Every namespace gets its limits; tests are about what is in it.
      if (object.kind === 'LimitRange') return Promise.resolve(object);
      created.push(object);
      if (object.kind !== 'Pod') return Promise.resolve(object);
      const pod = scheduled(object as Pod, created.length, script);
      pods.set(keyOf(pod.metadata), pod);
      queueMicrotask(() => tell('changed', pod));
      return Promise.resolve(pod);
    },
    get: (kind, { name, namespace }) =>
      Promise.resolve(
        kind === 'Pod'
          ? later(pods.get(keyOf({ name, namespace })), script)
          : { apiVersion: 'v1', kind, metadata: { name } },
      ),
    list: (_kind, { namespace }) => {
      const failure = script.away?.shift();
      const found = [...pods.values()].filter(
        ({ metadata }) => namespace === undefined || metadata.namespace === namespace,
      );
      return failure === undefined ? Promise.resolve(found) : Promise.reject(failure);
    },
    patch: (kind, { name }) => Promise.resolve({ apiVersion: 'v1', kind, metadata: { name } }),
    delete(kind, { name, namespace }) {
      const [away] = script.away ?? [];
      if (away !== undefined) return Promise.reject(away);
      if (script.undeletable === true) return Promise.reject(new InfrastructureError('X', 'it stays'));
      deleted.push(name);
      const gone = [...pods.values()].filter(({ metadata }) =>
        kind === 'Namespace' ? metadata.namespace === name : keyOf(metadata) === keyOf({ name, namespace }),
      );
      for (const pod of gone) {
        pods.delete(keyOf(pod.metadata));
        queueMicrotask(() => tell('deleted', pod));
      }
      return Promise.resolve();
    },
    events: () => Promise.resolve(script.events ?? []),
    watchPods(_selector, { signal, onChange }) {
      watchers.add(onChange);
      const ended = new Promise<void>((resolve) =>
        signal.addEventListener('abort', () => resolve(), { once: true }),
      );
      return script.watchBreaks === undefined ? ended : Promise.race([ended, script.watchBreaks]);
    },
    podRunner: ({ name, namespace }) => runner(`pod ${name}`, name, script.inPod, namespace),
    serverVersion: () => Promise.resolve('v1.37.2'),
    close: () => Promise.resolve(),
  };
  return { kube, cluster: fakeCluster(script), created, deleted };
}

function keyOf({
  namespace,
  name,
}: {
  readonly namespace?: string | undefined;
  readonly name: string;
}): string {
  return `${namespace ?? ''}/${name}`;
}

function later(pod: Pod | undefined, { nowOf }: FakeScript): Pod | undefined {
  return pod === undefined || nowOf === undefined ? pod : { ...pod, status: nowOf() };
}

function scheduled(object: Pod, index: number, { statusOf = () => RUNNING }: FakeScript): Pod {
  const selector = object.spec['nodeSelector'] as Record<string, string> | undefined;
  const pod = {
    ...object,
    metadata: { ...object.metadata, uid: `uid-${String(index)}` },
    spec: { ...object.spec, nodeName: selector?.['kubernetes.io/hostname'] ?? '' },
  };
  const status = statusOf(pod);
  return status === undefined ? pod : { ...pod, status };
}

function fakeCluster(script: FakeScript): Cluster {
  const node = (name: string, role: ClusterNode['role'], address: string): ClusterNode => ({
    name,
    address,
    role,
    schedulable: role === 'worker',
    runner: runner(`node ${name}`, name, script.onNode),
  });
  return {
    name: 'fake',
    provider: 'kind',
    kubeconfig: '/nowhere',
    nodes: [
      node('control', 'control-plane', '172.18.0.1'),
      node('worker-a', 'worker', '172.18.0.2'),
      node('worker-b', 'worker', '172.18.0.3'),
    ],
    workloadImage: 'localhost/podproof/workload:fake',
    facts: {},
    reused: false,
    outsider: () => Promise.resolve(runner('cluster network', 'outsider', script.onNode)),
    registry: () => Promise.resolve({ address: '172.18.0.9:5000', prefix: 'localhost:5001' }),
  };
}

function runner(
  where: string,
  who: string,
  answer: Answer = () => exited(''),
  namespace = '',
): CommandRunner {
  return { where, run: (argv) => Promise.resolve(answer(argv, who, namespace)) };
}
