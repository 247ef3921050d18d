import { STATUS_CODES } from 'node:http';
import { isRecord, textField } from './json-shape.ts';

/**
 * The API server's own words about a call: `meta/v1 Status`, the body of every refusal and the last frame of every
 * exec stream.
 */
export interface ApiStatus {
  readonly status: 'Success' | 'Failure';
  readonly reason: string | undefined;
  readonly message: string | undefined;
  readonly code: number | undefined;
  readonly causes: readonly { readonly reason: string | undefined; readonly message: string | undefined }[];
}

/** @returns undefined for anything that is not a Status with a known outcome */
export function parseStatus(value: unknown): ApiStatus | undefined {
  if (!isRecord(value)) return undefined;
  const { status, code, details } = value;
  if (status !== 'Success' && status !== 'Failure') return undefined;
  const causes = isRecord(details) && Array.isArray(details['causes']) ? details['causes'] : [];
  return {
    status,
    reason: textField(value, 'reason'),
    message: textField(value, 'message'),
    code: typeof code === 'number' ? code : undefined,
    causes: causes.map((cause: unknown) => ({
      reason: textField(cause, 'reason'),
      message: textField(cause, 'message'),
    })),
  };
}

/**
 * One line for an answer of the API server.
 *
 * @example "HTTP 403 Forbidden: pods is forbidden: User … cannot create resource …"
 */
export function describeAnswer(httpStatus: number, body: unknown): string {
  const status = parseStatus(body);
  const reason = status?.reason ?? STATUS_CODES[httpStatus];
  const head = reason === undefined ? `HTTP ${String(httpStatus)}` : `HTTP ${String(httpStatus)} ${reason}`;
  const said = status?.message ?? (typeof body === 'string' ? body.trim().slice(0, 500) : '');
  return said === '' ? head : `${head}: ${said}`;
}
