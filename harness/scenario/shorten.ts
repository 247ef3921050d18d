/**
 * The beginning of a text, and how much of it is missing.
 *
 * @example shorten('xxxxx', 3) // 'xxx\n… (2 more characters)'
 */
export function shorten(text: string, most: number): string {
  return text.length <= most
    ? text
    : `${text.slice(0, most)}\n… (${String(text.length - most)} more characters)`;
}
