/**
 * Calls `tick` every `ms` milliseconds until the returned function is called. For display only: it does not keep
 * the process alive, and nothing may wait for it.
 */
export function every(ms: number, tick: () => void): () => void {
  const timer = setInterval(tick, ms).unref();
  return () => clearInterval(timer);
}
