import { DEFINITIONS } from './definitions.ts';
import type { Malformed } from './malformed.ts';
import { RULES } from './manifest-rules.ts';
import { SYNTAX } from './manifest-syntax.ts';
import { WORDS } from './manifest-words.ts';
import { PLACED_FILES } from './placed-files.ts';

/** Every class of malformed scenario, Y01 to Y30. */
export const MALFORMED: readonly Malformed[] = [
  ...SYNTAX,
  ...WORDS,
  ...RULES,
  ...PLACED_FILES,
  ...DEFINITIONS,
];
