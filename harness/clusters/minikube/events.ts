/** One line of `minikube … --output=json` (v1.38, pkg/minikube/out/register), as far as it matters here. */
export type MinikubeEvent =
  | { readonly type: 'step'; readonly name: string; readonly message: string }
  | { readonly type: 'info' | 'warning'; readonly message: string }
  | MinikubeFailure;

/** It is printed on the way to a good end, too: only the exit code says how a command ended. */
export interface MinikubeFailure {
  readonly type: 'error';
  /** minikube's own id, such as GUEST_PROVISION; empty for one that it has not met before. */
  readonly name: string;
  readonly message: string;
  /** What minikube advises; empty for most. */
  readonly advice: string;
  /** A page about it, or an issue. */
  readonly url: string;
}

const PREFIX = 'io.k8s.sigs.minikube.';

/**
 * Reads a line of events.
 *
 * @returns undefined for what is no event, and for events that newer versions may have
 */
export function parseEvent(line: string): MinikubeEvent | undefined {
  const event = parseJson(line);
  const { specversion, type, data } = event ?? {};
  if (specversion !== '1.0' || typeof type !== 'string' || !type.startsWith(PREFIX)) return undefined;
  if (typeof data !== 'object' || data === null) return undefined;
  const word = (key: string): string => {
    const value = (data as Readonly<Record<string, unknown>>)[key];
    return typeof value === 'string' ? value.trim() : '';
  };
  const message = word('message');
  switch (type.slice(PREFIX.length)) {
    case 'step':
      return { type: 'step', name: word('name'), message };
    case 'info':
      return { type: 'info', message };
    case 'warning':
      return { type: 'warning', message };
    case 'error':
      return { type: 'error', name: word('name'), message, advice: word('advice'), url: word('url') };
    default:
      return undefined;
  }
}

/** All events of an output, in order. */
export function parseEvents(output: string): readonly MinikubeEvent[] {
  return output.split('\n').flatMap((line) => parseEvent(line) ?? []);
}

function parseJson(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const found: unknown = JSON.parse(line);
    return typeof found === 'object' && found !== null ? (found as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}
