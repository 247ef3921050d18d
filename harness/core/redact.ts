import { laptopWords } from './laptop-words.ts';
import { redactPem } from './redact-pem.ts';
import { PASSWORDS, SECRET_SHAPES, TOKENS } from './secret-shapes.ts';

const LAPTOP = laptopWords();

/**
 * Replaces everything that looks like a secret: bearer and basic credentials, JWTs, PEM blocks, key data of
 * kubeconfigs, credentials in URLs and proxy variables, passwords and tokens in flags, variables, manifests and
 * config files; and what names this machine and its user. Doing it twice changes nothing.
 *
 * @param laptop what names the machine, by default the one this runs on
 * @example redactSecrets('HTTP_PROXY=http://me:pw@proxy:3128') // 'HTTP_PROXY=http://[redacted]@proxy:3128'
 */
export function redactSecrets(text: string, laptop = LAPTOP): string {
  return [...SECRET_SHAPES, ...laptop].reduce(
    (rest, [shape, replacement]) => rest.replace(shape, replacement),
    redactPem(text),
  );
}

const SECRET_FIELD = new RegExp(
  `(?:${PASSWORDS})$|(?:^|_)(?:${TOKENS}|authorization|(?:id|access|refresh|identity|registry)-?token)$`,
  'i',
);

/** Whether a field of this name holds a secret whatever its value looks like. */
export function isSecretField(name: string): boolean {
  return SECRET_FIELD.test(name);
}

const SECRET_FLAG = new RegExp(`^--?[\\w-]{0,40}(?:${PASSWORDS}|${TOKENS})$`, 'i');

/** Whether the word that follows this one on a command line is a secret. */
export function isSecretFlag(word: string): boolean {
  return SECRET_FLAG.test(word);
}
