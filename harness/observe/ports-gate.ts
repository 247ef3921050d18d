/** Lets through what may run side by side, and one at a time what may not run beside anything. First come first served. */
export interface PortsGate {
  /** For pods whose servers listen on the node: they may run beside each other. */
  shared<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
  /** For pods whose host ports are tried: another server on the node could answer in their place. */
  alone<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

interface Waiting {
  readonly alone: boolean;
  readonly enter: () => void;
}

export function createPortsGate(): PortsGate {
  let inside = 0;
  let isAlone = false;
  const queue: Waiting[] = [];
  const advance = (): void => {
    for (let next = queue[0]; next !== undefined; next = queue[0]) {
      if (isAlone || (next.alone && inside > 0)) return;
      queue.shift();
      inside += 1;
      isAlone = next.alone;
      next.enter();
    }
  };
  const through = async <T>(alone: boolean, work: () => Promise<T>, signal: AbortSignal): Promise<T> => {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiting = { alone, enter: resolve };
    const onAbort = (): void => {
      const index = queue.indexOf(waiting);
      if (index === -1) return;
      queue.splice(index, 1);
      reject(signal.reason);
      // Whoever waited behind it may not have to wait any more.
      advance();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    queue.push(waiting);
    advance();
    await promise.finally(() => signal.removeEventListener('abort', onAbort));
    try {
      return await work();
    } finally {
      inside -= 1;
      isAlone = false;
      advance();
    }
  };
  return {
    shared: (work, signal) => through(false, work, signal),
    alone: (work, signal) => through(true, work, signal),
  };
}
