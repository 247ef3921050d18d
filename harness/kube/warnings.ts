/**
 * The texts of Warning headers as the API server sends them: `299 - "unknown field \"spec.hostNetwrok\""`. Others
 * than code 299 come from proxies and are left out. Source: RFC 7234 section 5.5, KEP-1693.
 *
 * @param header undefined, one header, or several; one header may hold several warnings
 */
export function parseWarnings(header: string | readonly string[] | undefined): readonly string[] {
  const headers = typeof header === 'string' ? [header] : (header ?? []);
  return headers.flatMap((text) =>
    [...text.matchAll(/\b299 [^\s"]+ "((?:[^"\\]|\\.)*)"/g)].map(([, quoted = '']) =>
      quoted.replace(/\\(.)/g, '$1'),
    ),
  );
}
