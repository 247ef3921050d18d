import type { Deadline } from '../core/deadline.ts';
import type { ForeignObject, Submission } from '../core/submission.ts';
import { refusal } from './api-errors.ts';
import { checkedLabel } from './api-paths.ts';
import { parseStatus } from './api-status.ts';
import { textField } from './json-shape.ts';
import { parseObject } from './parse-object.ts';
import type { Transport } from './transport.ts';

/** Kinds that carry a pod, or that pods refer to. Their plurals are the same in every version there ever was. */
const PLURALS: Readonly<Record<string, string>> = {
  Pod: 'pods',
  PodTemplate: 'podtemplates',
  ReplicationController: 'replicationcontrollers',
  Deployment: 'deployments',
  DaemonSet: 'daemonsets',
  ReplicaSet: 'replicasets',
  StatefulSet: 'statefulsets',
  Job: 'jobs',
  CronJob: 'cronjobs',
  ConfigMap: 'configmaps',
  Secret: 'secrets',
  ServiceAccount: 'serviceaccounts',
};

const API_VERSION = /^(?:([a-z0-9]+(?:[.-][a-z0-9]+)*)\/)?(v\d+(?:(?:alpha|beta)\d+)?)$/;

/** Answers that are about the object. Everything else is about the server or about us. */
const ABOUT_THE_OBJECT: ReadonlySet<number> = new Set([400, 403, 404, 405, 409, 413, 415, 422]);

/** Hands an object of somebody else to the server. See `ObjectSubmitter.submit`. */
export async function submitObject(
  transport: Transport,
  object: ForeignObject,
  { namespace, dryRun, deadline }: { namespace: string; dryRun: boolean; deadline: Deadline },
): Promise<Submission> {
  const path = pathFor(object, namespace);
  if (path === undefined) return { kind: 'refused', status: 404, message: notServed(object), warnings: [] };
  const query = {
    fieldValidation: 'Warn',
    fieldManager: 'podproof',
    ...(dryRun ? { dryRun: 'All' } : {}),
  };
  const answer = await transport.ask({ method: 'POST', path, query, body: object }, deadline);
  const { status, body, asked, warnings } = answer;
  if (status === 200 || status === 201)
    return { kind: 'accepted', object: parseObject(body, asked), warnings };
  if (!ABOUT_THE_OBJECT.has(status)) throw refusal(asked, status, body);
  const said = parseStatus(body)?.message;
  // A path that no API group serves is answered with a plain page.
  const message =
    said === undefined || (status === 404 && said.includes('could not find the requested resource'))
      ? notServed(object)
      : said;
  return { kind: 'refused', status, message, warnings };
}

function pathFor(object: ForeignObject, namespace: string): string | undefined {
  const plural = PLURALS[textField(object, 'kind') ?? ''];
  const [, group, version] = API_VERSION.exec(textField(object, 'apiVersion') ?? '') ?? [];
  if (plural === undefined || version === undefined) return undefined;
  const root = group === undefined ? `/api/${version}` : `/apis/${group}/${version}`;
  return `${root}/namespaces/${checkedLabel(namespace, 'namespace')}/${plural}`;
}

function notServed(object: ForeignObject): string {
  const [kind, version] = [
    textField(object, 'kind') ?? 'no kind',
    textField(object, 'apiVersion') ?? 'no apiVersion',
  ];
  return `this cluster does not serve kind ${JSON.stringify(kind)} in version ${JSON.stringify(version)}`;
}
