/**
 * Whether something thrown by Node core carries this system error code. Looks at the shape because `instanceof
 * Error` is false for Node's errors inside Jest.
 *
 * @example try { … } catch (error) { if (!hasCode(error, 'ENOENT')) throw error; }
 */
export function hasCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === code;
}
