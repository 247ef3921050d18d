import type { WebSocket } from 'ws';
import type { Census, ObjectCensus } from '../core/census.ts';
import type { CommandRunner } from '../core/command.ts';
import type { Deadline } from '../core/deadline.ts';
import { InfrastructureError } from '../core/errors.ts';
import type { KubeClient, KubeObject, ObjectEvent, ObjectKind, ObjectName, PodChange } from '../core/kube.ts';
import type { ForeignObject, ObjectSubmitter, Submission } from '../core/submission.ts';
import { refusal, rejectedManifest } from './api-errors.ts';
import { collectionPath, objectPath } from './api-paths.ts';
import { takeCensus } from './census.ts';
import { createObject } from './create-object.ts';
import { guarded } from './guarded-runner.ts';
import { textField } from './json-shape.ts';
import { listObjects } from './list-objects.ts';
import { parseObject, timeOfEvent, toObjectEvent } from './parse-object.ts';
import { podRunner, type ExecTarget, type OpenSocket } from './pod-runner.ts';
import { PodSessions } from './pod-sessions.ts';
import { submitObject } from './submit-object.ts';
import type { Transport } from './transport.ts';
import { watchPods, type WatchOptions } from './watch-pods.ts';

export interface ApiClientParts {
  readonly transport: Transport;
  readonly openSocket: OpenSocket;
  readonly confirmExits: boolean;
}

/** `KubeClient` over raw JSON. The contracts of the methods are in core/kube.ts. */
export class ApiClient implements KubeClient, ObjectSubmitter, ObjectCensus {
  readonly server: string;
  readonly #transport: Transport;
  readonly #openSocket: OpenSocket;
  readonly #confirmExits: boolean;
  readonly #sessions: PodSessions;
  readonly #sockets = new Set<WebSocket>();
  readonly #closing = new AbortController();

  constructor(parts: ApiClientParts) {
    this.server = parts.transport.server;
    this.#transport = parts.transport;
    this.#openSocket = async (pathAndQuery) => {
      const socket = await parts.openSocket(pathAndQuery);
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      return socket;
    };
    this.#confirmExits = parts.confirmExits;
    this.#sessions = new PodSessions(this.#openSocket);
  }

  create(object: KubeObject, deadline: Deadline): Promise<KubeObject> {
    return createObject(this.#transport, object, deadline);
  }

  submit(
    object: ForeignObject,
    options: { readonly namespace: string; readonly dryRun: boolean; readonly deadline: Deadline },
  ): Promise<Submission> {
    return submitObject(this.#transport, object, options);
  }

  census(marks: readonly string[], deadline: Deadline): Promise<Census> {
    return takeCensus(this.#transport, marks, deadline);
  }

  async get(kind: ObjectKind, name: ObjectName, deadline: Deadline): Promise<KubeObject | undefined> {
    const call = { method: 'GET', path: objectPath(kind, name) } as const;
    const { status, body, asked } = await this.#transport.ask(call, deadline);
    if (status === 404) return undefined;
    if (status !== 200) throw refusal(asked, status, body);
    return parseObject(body, asked);
  }

  async list(
    kind: ObjectKind,
    where: { readonly namespace?: string; readonly labelSelector?: string },
    deadline: Deadline,
  ): Promise<readonly KubeObject[]> {
    const { namespace, labelSelector } = where;
    const selectors = labelSelector === undefined ? {} : { labelSelector };
    const path = collectionPath(kind, namespace);
    return (await listObjects(this.#transport, { path, selectors }, deadline)).items;
  }

  async patch(kind: ObjectKind, name: ObjectName, change: object, deadline: Deadline): Promise<KubeObject> {
    const query = { fieldValidation: 'Strict', fieldManager: 'podproof' };
    const call = { method: 'PATCH', path: objectPath(kind, name), query, body: change } as const;
    const { status, body, asked } = await this.#transport.ask(call, deadline);
    if (status === 400 || status === 422) throw rejectedManifest(`${kind} ${name.name}`, status, body);
    if (status !== 200) throw refusal(asked, status, body);
    return parseObject(body, asked);
  }

  async delete(kind: ObjectKind, name: ObjectName, deadline: Deadline, graceSeconds?: number): Promise<void> {
    const body = {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      propagationPolicy: 'Background',
      ...(graceSeconds === undefined ? {} : { gracePeriodSeconds: graceSeconds }),
    };
    const call = { method: 'DELETE', path: objectPath(kind, name), body } as const;
    const answer = await this.#transport.ask(call, deadline).finally(() => {
      if (kind === 'Pod') this.#sessions.retire(name);
    });
    // 409 without preconditions: a namespace that is on its way out already.
    const isFine = [200, 202, 404].includes(answer.status) || (answer.status === 409 && kind === 'Namespace');
    if (!isFine) throw refusal(answer.asked, answer.status, answer.body);
  }

  async events(
    about: { readonly namespace: string; readonly uid: string },
    deadline: Deadline,
  ): Promise<readonly ObjectEvent[]> {
    const path = `${objectPath('Namespace', { name: about.namespace })}/events`;
    const selectors = { fieldSelector: `involvedObject.uid=${about.uid}` };
    const { items } = await listObjects(this.#transport, { path, selectors }, deadline);
    return items
      .toSorted((a, b) => timeOfEvent(a).localeCompare(timeOfEvent(b)))
      .map((event) => toObjectEvent(event));
  }

  watchPods(labelSelector: string, options: WatchOptions): Promise<void> {
    const signal = AbortSignal.any([options.signal, this.#closing.signal]);
    const onChange = (change: PodChange): void => {
      if (change.kind === 'deleted') this.#sessions.retire(change.pod.metadata);
      options.onChange(change);
    };
    return watchPods(this.#transport, labelSelector, { ...options, signal, onChange });
  }

  podRunner(pod: ExecTarget): CommandRunner {
    const runner = podRunner(this.#openSocket, pod);
    return this.#confirmExits ? this.#sessions.runner(pod, guarded(runner)) : runner;
  }

  async serverVersion(deadline: Deadline): Promise<string> {
    const { status, body, asked } = await this.#transport.ask({ method: 'GET', path: '/version' }, deadline);
    const version = textField(body, 'gitVersion');
    if (status === 200 && version !== undefined) return version;
    throw status === 200
      ? new InfrastructureError('API_UNEXPECTED_ANSWER', `${asked.url} does not name a version.`)
      : refusal(asked, status, body);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    for (const socket of this.#sockets) socket.terminate();
    await this.#transport.close();
  }
}
