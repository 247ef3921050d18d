import { createContext, Script } from 'node:vm';

/** Code that was still computing when its time was over, and was stopped. */
export class OutOfTime extends Error {
  constructor(withinMs: number) {
    super(`still computing after ${String(withinMs / 1000)} s; a loop in it never ends`);
    this.name = 'OutOfTime';
  }
}

const box = createContext({ call: undefined as unknown });
const script = new Script('call()');

/**
 * Calls a function of somebody else that must not keep the processor. A timer would never get its turn while it
 * computes; V8 itself stops what a script with a time limit calls (vm, option `timeout`). Only the call is limited:
 * what it leaves to promises goes on later.
 *
 * @throws OutOfTime; whatever the function throws
 * @example inTime(() => claim.show(value), 5000)
 */
export function inTime<T>(call: () => T, withinMs: number): T {
  box['call'] = call;
  try {
    // The script returns what the function returns.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    return script.runInContext(box, { timeout: withinMs }) as T;
  } catch (error) {
    throw hasTimedOut(error) ? new OutOfTime(withinMs) : error;
  }
}

function hasTimedOut(error: unknown): boolean {
  return (
    typeof error === 'object' &&
    error !== null &&
    'code' in error &&
    error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT'
  );
}
