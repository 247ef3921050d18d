/**
 * Named locks, granted in the order of asking. Scenarios run side by side; what a node has only once (a host port)
 * is taken under a lock until the pod that held it is gone.
 *
 * @example const release = await locks.take(['hostPort 9000/TCP'], signal); try { … } finally { release(); }
 */
export interface Locks {
  /** Takes all names at once, so that two units can never wait for each other. @throws the signal's reason */
  take(names: readonly string[], signal: AbortSignal): Promise<() => void>;
}

export function createLocks(): Locks {
  const held = new Set<string>();
  const waiting: { readonly names: readonly string[]; readonly grant: () => void }[] = [];

  const free = (names: readonly string[]): boolean => names.every((name) => !held.has(name));
  const grantWaiting = (): void => {
    for (const waiter of [...waiting]) {
      if (!free(waiter.names)) continue;
      waiting.splice(waiting.indexOf(waiter), 1);
      waiter.names.forEach((name) => held.add(name));
      waiter.grant();
    }
  };

  return {
    async take(names, signal) {
      signal.throwIfAborted();
      if (free(names)) {
        names.forEach((name) => held.add(name));
      } else {
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        const waiter = { names, grant: resolve };
        waiting.push(waiter);
        const onAbort = (): void => {
          const index = waiting.indexOf(waiter);
          if (index !== -1) waiting.splice(index, 1);
          reject(signal.reason);
        };
        signal.addEventListener('abort', onAbort, { once: true });
        await promise.finally(() => signal.removeEventListener('abort', onAbort));
      }
      return () => {
        names.forEach((name) => held.delete(name));
        grantWaiting();
      };
    },
  };
}
