/** The same question asked once: whoever asks again gets the same answer, also while it is still being looked for. */
export function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => (answer ??= ask());
}
