import type { Deadline } from '../core/deadline.ts';
import { HarnessError, InfrastructureError, UsageError } from '../core/errors.ts';
import { describeAnswer, parseStatus } from './api-status.ts';

/** What was asked, for messages. */
export interface Question {
  readonly method: string;
  /** With server and path, without the query. */
  readonly url: string;
}

/** An answer that is not 2xx, as an error. The codes are searchable; the server's own words are in the message. */
export function refusal(asked: Question, httpStatus: number, body: unknown): InfrastructureError {
  return new InfrastructureError(
    codeOf(httpStatus),
    `${asked.method} ${asked.url}: ${describeAnswer(httpStatus, body)}`,
    { hint: hintOf(httpStatus), context: { status: httpStatus, reason: parseStatus(body)?.reason } },
  );
}

function hintOf(httpStatus: number): string | undefined {
  if (httpStatus === 401)
    return 'The server does not (or no longer) take the credentials: sign in again, or use another context.';
  if (httpStatus === 403)
    return 'The message names the right that is missing, or the policy that refuses. podproof needs the rights of an administrator.';
  return undefined;
}

/** The server read the object and says that it is malformed. */
export function rejectedManifest(what: string, httpStatus: number, body: unknown): UsageError {
  return new UsageError(
    'MANIFEST_REJECTED',
    `The API server refuses ${what}: ${describeAnswer(httpStatus, body)}`,
    {
      hint: 'Correct the fields named in the message; nothing was created.',
      context: { status: httpStatus },
    },
  );
}

/**
 * What a failed call means: the deadline passed, the caller stopped, or the server could not be reached. Network
 * errors of undici carry the reason in `code`, sometimes one `cause` deeper.
 */
export function failedCall(asked: Question, deadline: Deadline, error: unknown): unknown {
  if (error instanceof HarnessError) return error;
  if (deadline.signal.aborted) {
    const reason: unknown = deadline.signal.reason;
    if (!isTimeout(reason)) return reason;
    return deadline.error(`no complete answer to ${asked.method} ${asked.url}`, error);
  }
  return unreachable(asked, error);
}

export function unreachable(asked: Question, error: unknown): InfrastructureError {
  return new InfrastructureError('API_UNREACHABLE', `${asked.method} ${asked.url}: ${networkReason(error)}`, {
    hint: 'Is the cluster still running? `npm run doctor` looks at the engine.',
    cause: error,
  });
}

/** @example "ECONNREFUSED (connect ECONNREFUSED 127.0.0.1:6443)" */
export function networkReason(error: unknown): string {
  const code = networkCode(error);
  const message =
    typeof error === 'object' && error !== null && 'message' in error && typeof error.message === 'string'
      ? error.message
      : String(error);
  if (code === undefined) return message;
  return message === '' ? code : `${code} (${message})`;
}

/** The system or TLS error code, or undefined. */
export function networkCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return 'cause' in error ? networkCode(error.cause) : undefined;
}

export function isTimeout(reason: unknown): boolean {
  return typeof reason === 'object' && reason !== null && 'name' in reason && reason.name === 'TimeoutError';
}

function codeOf(httpStatus: number): string {
  switch (httpStatus) {
    case 401:
      return 'API_UNAUTHORIZED';
    case 403:
      return 'API_FORBIDDEN';
    case 404:
      return 'API_NOT_FOUND';
    case 409:
      return 'API_CONFLICT';
    case 410:
      return 'API_GONE';
    case 429:
      return 'API_THROTTLED';
    default:
      return httpStatus >= 500 ? 'API_SERVER_ERROR' : 'API_REFUSED';
  }
}
