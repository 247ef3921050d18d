import { Deadline } from '../core/deadline.ts';
import type { KubeClient } from '../core/kube.ts';
import { untilReadyForPods } from '../core/ready-namespace.ts';
import type { ObjectSubmitter } from '../core/submission.ts';
import type { SecurityNamespaces } from './looking/pod-security.ts';
import type { SupportingDocument } from './manifests/sort-documents.ts';
import type { NotObservedV1 } from './report/report-v1.ts';
import { recordAt, without } from './shape.ts';

export interface NamespaceParts {
  readonly kube: KubeClient & ObjectSubmitter;
  readonly runId: string;
  readonly labels: Readonly<Record<string, string>>;
  /** `v1.37`: the version by which Pod Security judges. */
  readonly securityVersion: string;
  readonly supporting: ReadonlyMap<number, readonly SupportingDocument[]>;
  readonly deadline: Deadline;
  /** Told of objects that the server did not take. */
  readonly onRefused: (refused: NotObservedV1) => void;
}

export interface Namespaces {
  /** Made on first use and ready for pods, with the objects that belong there. */
  readonly of: (place: number) => Promise<string>;
  readonly security: () => Promise<SecurityNamespaces>;
}

const READY_MS = 30_000;
const ENFORCE = 'pod-security.kubernetes.io/enforce';

/**
 * The namespaces of a run. Pods run where nothing is enforced, since the question is what they get; the two strict
 * ones are only asked with dry runs. Nothing else is forbidden in any of them.
 */
export function namespaceBook(parts: NamespaceParts): Namespaces {
  const places = new Map<number, Promise<string>>();
  let strict: Promise<SecurityNamespaces> | undefined;
  const make = (suffix: string, level: string): Promise<string> =>
    makeNamespace(`podproof-${parts.runId}${suffix}`, level, parts);
  const place = async (number: number): Promise<string> => {
    const name = await make(number === 0 ? '' : `-f${String(number)}`, 'privileged');
    for (const document of parts.supporting.get(number) ?? []) await support(document, name, parts);
    return name;
  };
  return {
    of(number) {
      const known = places.get(number) ?? place(number);
      places.set(number, known);
      return known;
    },
    security() {
      strict ??= Promise.all([make('-baseline', 'baseline'), make('-restricted', 'restricted')]).then(
        ([baseline, restricted]) => ({ baseline, restricted }),
      );
      return strict;
    },
  };
}

async function makeNamespace(
  name: string,
  level: string,
  { kube, labels, securityVersion, deadline: outer }: NamespaceParts,
): Promise<string> {
  const deadline = Deadline.in(READY_MS, `namespace ${name}`).within(outer);
  const enforced = { [ENFORCE]: level, [`${ENFORCE}-version`]: securityVersion };
  const metadata = { name, labels: { ...labels, ...enforced } };
  await kube.create({ apiVersion: 'v1', kind: 'Namespace', metadata }, deadline);
  await untilReadyForPods(kube, name, deadline);
  return name;
}

/** A ConfigMap, Secret or ServiceAccount of the input, so that pods find what they refer to. */
async function support(
  { origin, object }: SupportingDocument,
  namespace: string,
  { kube, labels, deadline, onRefused }: NamespaceParts,
): Promise<void> {
  const own = without(
    recordAt(object, 'metadata'),
    'uid',
    'resourceVersion',
    'finalizers',
    'ownerReferences',
    'managedFields',
  );
  const metadata = { ...own, namespace, labels: { ...recordAt(own, 'labels'), ...labels } };
  const submission = await kube.submit({ ...object, metadata }, { namespace, dryRun: false, deadline });
  if (submission.kind === 'accepted') return;
  const { file, line, kind, name } = origin;
  onRefused({
    file,
    line,
    column: null,
    kind,
    name,
    why: `the API server refuses it: ${submission.message}`,
  });
}

/**
 * An empty account without any rights, where a pod names one that nobody brought: without it the pod is refused, which
 * says nothing about what it gets on the node.
 *
 * @returns true when it stands in for the real one
 */
export function accountBook({
  kube,
  labels,
  deadline,
  supporting,
}: Pick<NamespaceParts, 'kube' | 'labels' | 'deadline' | 'supporting'>): (
  name: string,
  namespace: string,
  place: number,
) => Promise<boolean> {
  const made = new Map<string, Promise<boolean>>();
  const make = async (name: string, namespace: string): Promise<boolean> => {
    const object = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace, labels } };
    const { kind } = await kube.submit(object, { namespace, dryRun: false, deadline });
    return kind === 'accepted';
  };
  return (name, namespace, place) => {
    const given = supporting
      .get(place)
      ?.some(({ origin }) => origin.kind === 'ServiceAccount' && origin.name === name);
    if (given === true) return Promise.resolve(false);
    const key = `${namespace}/${name}`;
    const making = made.get(key) ?? make(name, namespace);
    made.set(key, making);
    return making;
  };
}
