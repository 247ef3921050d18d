/** One line of `minikube … --output=json` (v1.38, pkg/minikube/out/register), as far as it matters here. */
export type MinikubeEvent =
  | { readonly type: 'step'; readonly name: string; readonly message: string }
  | { readonly type: 'info' | 'warning'; readonly message: string }
  | MinikubeFailure;

/** It is printed on the way to a good end, too: only the exit code says how a command ended. */
export interface MinikubeFailure {
  readonly type: 'error';
  /** minikube's own id, such as GUEST_PROVISION; empty for what is only told by the way. */
  readonly name: string;
  readonly message: string;
  /** What minikube advises; empty for most. */
  readonly advice: string;
  /** A page about it. */
  readonly url: string;
}

const PREFIX = 'io.k8s.sigs.minikube.';

/**
 * Reads a line of events.
 *
 * @returns undefined for what is no event, and for events that newer versions may have
 */
export function parseEvent(line: string): MinikubeEvent | undefined {
  const { specversion, type, data } = fieldsOf(line);
  if (specversion !== '1.0' || typeof type !== 'string' || !type.startsWith(PREFIX)) return undefined;
  if (!isFields(data)) return undefined;
  const word = (key: string): string => {
    const value = data[key];
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

type Fields = Readonly<Record<string, unknown>>;

/** Of a line that is a JSON object; none otherwise. */
function fieldsOf(line: string): Fields {
  try {
    const found: unknown = JSON.parse(line);
    return isFields(found) ? found : {};
  } catch {
    return {};
  }
}

function isFields(found: unknown): found is Fields {
  return typeof found === 'object' && found !== null;
}
