import type { Claim, Expectation } from './types.ts';

/**
 * Expectations that cannot fail, as far as their code shows it: one that accepts whatever it gets, and one function for
 * both pods, which the control satisfies whenever the subject does. Guessing with made-up values would accuse the
 * innocent; what is missed here is still contradicted by the judge, which asks each expectation about the other pod.
 *
 * @returns one sentence per finding, without the name of the claim
 */
export function vacuousExpectations(claim: Pick<Claim, 'subjectShows' | 'controlShows'>): readonly string[] {
  const [subject, control] = [sourceOf(claim.subjectShows), sourceOf(claim.controlShows)];
  const findings = Object.entries({ subjectShows: subject, controlShows: control })
    .filter(([, source]) => acceptsEverything(source))
    .map(([name]) => `${name}.holds accepts whatever it gets, so it proves nothing.`);
  if (Object.is(...codeOf(claim)) || (subject === control && isClosed(subject)))
    findings.push('subjectShows.holds and controlShows.holds are the same, so the control cannot differ.');
  return findings;
}

function codeOf(claim: Pick<Claim, 'subjectShows' | 'controlShows'>): [unknown, unknown] {
  const { holds: subject } = claim.subjectShows as { readonly holds: unknown };
  const { holds: control } = claim.controlShows as { readonly holds: unknown };
  return [subject, control];
}

/** The text of the function, with every run of white space as one blank. */
function sourceOf({ holds }: { readonly holds: unknown } & Pick<Expectation, 'text'>): string {
  return Function.prototype.toString.call(holds).replaceAll(/\s+/g, ' ').trim();
}

const ARROW = /^(?:async )?(?<parameters>\([^)]*\)|[\w$]+) ?=> ?(?<body>.*)$/;
const METHOD = /^(?:async )?(?:function ?)?[\w$]* ?(?<parameters>\([^)]*\)) ?(?<body>\{.*\})$/;

function partsOf(source: string): { readonly parameters: string; readonly body: string } | undefined {
  const groups = (ARROW.exec(source) ?? METHOD.exec(source))?.groups;
  if (groups === undefined) return undefined;
  return { parameters: groups['parameters'] ?? '', body: groups['body'] ?? '' };
}

/** `true` in the ways people write it, and searches for nothing, which is found everywhere. */
const ALWAYS = [
  /^(?:true|!0|1|!!1)$/,
  /^[^?]*\|\| ?(?:true|!0)$/,
  /^\/(?:\(\?:\)|\.\*|\^|\$|\^\.\*\$?)\/[a-z]*\.test\([\w$.]+\)$/,
  /^[\w$.]+\.(?:startsWith|endsWith)\((?:''|""|``)\)$/,
];

function acceptsEverything(source: string): boolean {
  const body = partsOf(source)
    ?.body.replace(/^\{ ?return (.*?);? ?\}$/, '$1')
    .replace(/^\((.*)\)$/, '$1');
  return body !== undefined && ALWAYS.some((pattern) => pattern.test(body));
}

const KEYWORDS = new Set(
  'true false null undefined NaN Infinity typeof instanceof in of return const let if else new void switch case default break for while Math Number String Boolean Array Object JSON BigInt RegExp'.split(
    ' ',
  ),
);

/**
 * True when a function uses nothing but its parameters, so that equal text means equal behaviour. Two functions made by
 * one factory have the same text and different values around them; they are not closed.
 */
function isClosed(source: string): boolean {
  const parts = partsOf(source);
  // Templates and patterns need a real parser.
  if (parts === undefined || /[`/]/.test(parts.body)) return false;
  const own = new Set(parts.parameters.match(/[A-Za-z_$][\w$]*/g) ?? []);
  const body = parts.body.replaceAll(/'[^']*'|"[^"]*"/g, '""');
  const used = body.match(/(?<![\w$.])[A-Za-z_$][\w$]*/g) ?? [];
  return used.every((word) => own.has(word) || KEYWORDS.has(word));
}
