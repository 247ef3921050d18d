/** What stands where a secret stood. */
export const REDACTED = '[redacted]';

/** A pattern and what replaces it; the groups keep what people need to see that something was there. */
export type Shape = readonly [pattern: RegExp, replacement: string];

const raw = String.raw;

/**
 * Names whose value is a secret however short it is. What tools say about the file /etc/passwd is none:
 * `/etc/passwd: USER guest`.
 */
export const PASSWORDS = raw`password|(?<!\betc/)passwd|passphrase`;

/** Names whose value is a secret when it is too long for `true`, `none` or a number. */
export const TOKENS = [
  // `…/serviceaccount/token: Permission denied` is about the file; the token itself is known by its form.
  '(?<!serviceaccount/)token|secret|credentials?',
  '(?:access|secret|api|private|account|signing|encryption|certificate)[_-]?key',
  'client-key-data|client-certificate-data',
  // In Docker's config.json and npm's .npmrc; no word that only ends like it.
  raw`(?<![a-z\d])auth`,
].join('|');

const ANY = `${PASSWORDS}|${TOKENS}`;
/** Stands between a name and its value in YAML, JSON, JSON within JSON, INI files, variables and flags. */
const IS = raw`\\?["']?[ \t]{0,4}(?:=>|[:=])[ \t]{0,4}`;
const QUOTED = raw`(\\")(?:(?!\\")[^\n]){1,4096}|(")(?:[^"\\\n]|\\.){1,4096}|(')[^'\n]{1,4096}`;
/** What a container runtime writes before each line of a container (CRI log format). */
const LOGGED = raw`\d{4}-[\d-]{5}T[\d:.]{8,20}(?:Z|[+-][\d:]{5}) (?:stdout|stderr) [FP] `;
const BARE = raw`[^\s"',;&\\{}[\]]`;

/**
 * Fields of files and structures: kubeconfigs, Docker's and npm's configuration, Secrets, `env` of pods and
 * containers, cloud credentials.
 */
const FIELDS: readonly Shape[] = [
  // A line of `env`, or an element of a list of variables: everything up to its end belongs to the value.
  [
    new RegExp(raw`^((?:${LOGGED})?(?:export )?[\w.-]{0,64}(?:${ANY})\w{0,32}=)[^\s"'].*$`, 'gim'),
    `$1${REDACTED}`,
  ],
  [new RegExp(raw`("[\w.-]{0,64}(?:${ANY})\w{0,32}=)(?:[^"\\\n]|\\.){1,4096}`, 'gi'), `$1${REDACTED}`],
  // `name` and `value` of a variable in a manifest, as YAML or JSON.
  [
    new RegExp(
      raw`(\bname\\?["']?:[ \t]{0,4}\\?["']?[\w.-]{0,64}(?:${ANY})[\w.-]{0,64}\\?["']?,?(?:\s|${LOGGED}){0,80}\\?["']?value\\?["']?:[ \t]{0,4})(?:${QUOTED}|${BARE}{1,4096})`,
      'gi',
    ),
    `$1$2$3$4${REDACTED}`,
  ],
  // A block of YAML below its key, then a plain value of YAML, which may hold commas and spaces.
  [
    new RegExp(
      raw`^((?:${LOGGED})?([ \t]*)[\w.-]{0,64}(?:${ANY}):[ \t]{0,4}[|>][-+\d]{0,2}[ \t]*\n)(?:(?:${LOGGED})?\2[ \t]+.*(?:\n|$))+`,
      'gim',
    ),
    `$1$2  ${REDACTED}\n`,
  ],
  [
    new RegExp(raw`^((?:${LOGGED})?[ \t]*(?:- )?[\w.-]{0,64}(?:${PASSWORDS}):[ \t]+)[^\s"'[{|>].*$`, 'gim'),
    `$1${REDACTED}`,
  ],
  // With `=`, signs that separate other things may belong to the value.
  [new RegExp(raw`((?:${PASSWORDS})=)[^\s"'\\[]{3,4096}`, 'gi'), `$1${REDACTED}`],
  [new RegExp(raw`((?:${TOKENS})=)[^\s"'\\[]{6,4096}`, 'gi'), `$1${REDACTED}`],
  [new RegExp(raw`((?:${PASSWORDS})${IS})(?:${QUOTED}|${BARE}{3,4096})`, 'gi'), `$1$2$3$4${REDACTED}`],
  [new RegExp(raw`((?:${TOKENS})${IS})(?:${QUOTED}|${BARE}{6,4096})`, 'gi'), `$1$2$3$4${REDACTED}`],
];

/** Words on the wire and on command lines. */
const WIRE: readonly Shape[] = [
  [
    /\b((?:proxy-)?authorization\\?["']?\s{0,4}[:=]\s{0,4}\\?["']?(?:(?:Bearer|Basic|Digest|Negotiate|Token)\s{1,4})?)(?!(?:Bearer|Basic|Digest|Negotiate|Token)\s)[^\s"',\\[\]]{4,4096}/gi,
    `$1${REDACTED}`,
  ],
  [/\b(Bearer\s{1,4})[\w.~+/=-]{8,4096}/gi, `$1${REDACTED}`],
  [/\b((?:set-)?cookie\\?["']?[ \t]{0,4}:[ \t]{0,4})[^\r\n"'[]{4,4096}/gi, `$1${REDACTED}`],
  [/\b((?:X-Amz-)?(?:Signature|Credential|Security-Token)=)[^\s&"',]{8,4096}/gi, `$1${REDACTED}`],
  [/\b([a-z][a-z\d+.-]{1,20}:\/\/)[^\s/"'<>]{1,256}@/gi, `$1${REDACTED}@`],
  [
    /((?:https?|all|ftp)_proxy\\?["']?[ \t]{0,4}[=:][ \t]{0,4}\\?["']?)(?![a-z][a-z\d+.-]*:\/\/)[^\s@"']{1,256}@/gi,
    `$1${REDACTED}@`,
  ],
  [
    new RegExp(raw`((?<![\w-])--?[\w-]{0,40}(?:${ANY})[ \t]{1,4})[^\s[-][^\s"']{3,4096}`, 'gi'),
    `$1${REDACTED}`,
  ],
  // A flag and its value as two items of a list in YAML.
  [
    new RegExp(raw`(-[ ]["']?--?[\w-]{0,40}(?:${ANY})["']?\n(?:${LOGGED})?[ \t]*-[ ]).+`, 'gi'),
    `$1${REDACTED}`,
  ],
  // curl -u name:password; two numbers are a user and a group of `docker run`.
  [
    /(?<![\w-])((?:-u|--user|--proxy-user)[= ][ \t]{0,3}["']?)(?!\d+:\d+\b)[^\s:"'[]{1,128}:[^\s"']{1,256}/g,
    `$1${REDACTED}`,
  ],
  [/(\blogin\s{1,4}\S{1,128}\s{1,4}password\s{1,4})\S{1,256}/g, `$1${REDACTED}`],
];

/** What gives itself away by its form: JWT, base64 of PEM and of JWT, kubeadm, clouds, GitHub, GitLab, npm, Slack. */
const FORMS: readonly Shape[] = [
  [/\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g, REDACTED],
  [/\b(?:LS0tLS1CRUdJTi|ZXlKaGJHY2lP)[\w+/=-]{16,}/g, REDACTED],
  [/(?<![\w.])[a-z\d]{6}\.[a-z\d]{16}(?![\w.])/g, REDACTED],
  [/\b(?:AKIA|ASIA)[A-Z\d]{16}\b/g, REDACTED],
  [/\bAIza[\w-]{35}/g, REDACTED],
  [/\b(?:gh[pousr]_\w{20,}|github_pat_\w{20,}|npm_\w{20,}|glpat-[\w-]{16,}|dckr_pat_[\w-]{20,})/g, REDACTED],
  [/\bxox[abeoprs]-[\w-]{10,}/g, REDACTED],
];

/**
 * Shapes of secrets that show up in the output of nodes, pods and tools. Order matters: whole values before the words
 * in them. No pattern can backtrack over more than a few thousand letters, so hostile output cannot make them slow.
 */
export const SECRET_SHAPES: readonly Shape[] = [...FORMS, ...WIRE, ...FIELDS];
