import { noDefaultExitCode } from './rules/no-default-exit-code.ts';
import { noLogAndThrow } from './rules/no-log-and-throw.ts';
import { noShellString } from './rules/no-shell-string.ts';
import { noTopLevelLet } from './rules/no-top-level-let.ts';
import { plainImports } from './rules/plain-imports.ts';

/** Loaded by oxlint itself (`jsPlugins`), so that own rules see the syntax tree and show up in editors. */
export default {
  meta: { name: 'podproof' },
  rules: {
    'no-default-exit-code': noDefaultExitCode,
    'no-log-and-throw': noLogAndThrow,
    'no-shell-string': noShellString,
    'no-top-level-let': noTopLevelLet,
    'plain-imports': plainImports,
  },
};
