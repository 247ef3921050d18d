import type { Deadline } from '../core/deadline.ts';
import { describeError, HarnessError, InfrastructureError } from '../core/errors.ts';

/**
 * Runs one call to the engine. A call that outlives the deadline is left behind; a refusal becomes ENGINE_CALL_FAILED.
 *
 * @throws InfrastructureError ENGINE_CALL_FAILED, TimeoutError, or the reason of an abort
 */
export async function callEngine<T>(what: string, deadline: Deadline, call: () => Promise<T>): Promise<T> {
  try {
    return await deadline.race(call(), () => `no answer to: ${what}`);
  } catch (error) {
    if (error instanceof HarnessError || deadline.signal.aborted) throw error;
    throw new InfrastructureError(
      'ENGINE_CALL_FAILED',
      `The container engine failed to ${what}: ${reasonOf(error)}`,
      {
        hint: 'Look at the log of the container engine; `npm run doctor` tells which engine is used.',
        cause: error,
      },
    );
  }
}

/** HTTP status of an error of dockerode; undefined when the engine could not be asked at all. */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('statusCode' in error && typeof error.statusCode === 'number') return error.statusCode;
  return 'cause' in error ? statusOf(error.cause) : undefined;
}

/** What the daemon said, without dockerode's decoration "(HTTP code 409) container stopped/paused - …". */
export function reasonOf(error: unknown): string {
  return describeError(error)
    .replace(/^\(HTTP code \d+\) .*? - /s, '')
    .trim();
}
