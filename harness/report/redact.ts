/** What stands where a secret stood. */
export const REDACTED = '[redacted]';

const FIELDS =
  'client-key-data|client-certificate-data|id-token|refresh-token|access-token|identitytoken|registrytoken|auth|token|password|passwd|secret';

/**
 * Shapes of secrets that show up in the output of nodes, pods and tools. Order matters: blocks before the words in
 * them. No pattern can backtrack over more than a few hundred letters, so hostile output cannot make them slow.
 */
const SHAPES: readonly (readonly [RegExp, string])[] = [
  // A block whose end was cut off is a secret all the same.
  [
    /-----BEGIN ([A-Z\d ]{1,40})-----(?:[A-Za-z\d+/=\s\\:,]|-(?!----))*(?:-----END [A-Z\d ]{1,40}-----)?/g,
    `PEM $1 ${REDACTED}`,
  ],
  [/\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g, REDACTED],
  [
    /\b(authorization\\?["']?\s{0,4}[:=]\s{0,4}\\?["']?(?:(?:Bearer|Basic|Digest)\s{1,4})?)(?!(?:Bearer|Basic|Digest)\s)[^\s"',\\[\]]{4,}/gi,
    `$1${REDACTED}`,
  ],
  [/\b(Bearer\s{1,4})[\w.~+/=-]{8,}/gi, `$1${REDACTED}`],
  [/\b([a-z][a-z\d+.-]{1,20}:\/\/)[^\s/@"'<>]{1,256}@/gi, `$1${REDACTED}@`],
  // Fields of kubeconfig and Docker's config.json, as YAML or JSON.
  [
    new RegExp(`\\b((?:${FIELDS})\\\\?"?\\s{0,4}:\\s{0,4}\\\\?"?)[^\\s"',\\\\}{[\\]]{6,}`, 'gi'),
    `$1${REDACTED}`,
  ],
  // Flags and variables: --token=…, DB_PASSWORD=…, AWS_SECRET_ACCESS_KEY=…
  [
    /((?:token|password|passwd|secret|secret_access_key|api_?key|private_?key)=)[^\s"',;&]{4,}/gi,
    `$1${REDACTED}`,
  ],
  [/(--(?:token|password|certificate-key)\s{1,4})[^\s-]\S{3,}/g, `$1${REDACTED}`],
  // kubeadm bootstrap tokens, then tokens of clouds, GitHub, GitLab and npm.
  [/(?<![\w.])[a-z\d]{6}\.[a-z\d]{16}(?![\w.])/g, REDACTED],
  [/\b(?:AKIA|ASIA)[A-Z\d]{16}\b/g, REDACTED],
  [/\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|npm_\w{20,}|glpat-[\w-]{16,})/g, REDACTED],
];

/**
 * Replaces everything that looks like a secret: bearer and basic credentials, JWTs, PEM blocks, key data of
 * kubeconfigs, credentials in URLs, passwords and tokens in flags, variables and config files. Doing it twice
 * changes nothing.
 *
 * @example redactSecrets('HTTP_PROXY=http://me:pw@proxy:3128') // 'HTTP_PROXY=http://[redacted]@proxy:3128'
 */
export function redactSecrets(text: string): string {
  return SHAPES.reduce((rest, [shape, replacement]) => rest.replace(shape, replacement), text);
}

const SECRET_FIELD = new RegExp(`^(?:${FIELDS}|authorization)$`, 'i');

/** Whether a field of this name holds a secret whatever its value looks like. */
export function isSecretField(name: string): boolean {
  return SECRET_FIELD.test(name);
}
