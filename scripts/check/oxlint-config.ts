import { importOverrides } from './import-rules.ts';
import { EXCEPTIONS, RULES, TEST_RULES } from './lint-rules.ts';

export const OXLINT_CONFIG = '.oxlintrc.json';

/**
 * The text of `.oxlintrc.json`, one line per entry so that a change of the table is a readable diff.
 */
export function oxlintConfig(): string {
  const overrides = [
    ...importOverrides(),
    ...EXCEPTIONS,
    { files: ['**/*.test.ts'], plugins: ['jest'], rules: TEST_RULES },
  ];
  return [
    '{',
    '  "$schema": "./node_modules/oxlint/configuration_schema.json",',
    '  "plugins": ["eslint", "typescript", "unicorn", "oxc", "import", "node", "promise"],',
    '  "jsPlugins": ["./scripts/check/own-rules.ts"],',
    '  "categories": { "correctness": "error", "suspicious": "error" },',
    '  "options": { "typeAware": true, "reportUnusedDisableDirectives": "error" },',
    '  "rules": {',
    listed(Object.entries(RULES).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`)),
    '  },',
    '  "overrides": [',
    listed(overrides.map((entry) => JSON.stringify(entry))),
    '  ]',
    '}',
    '',
  ].join('\n');
}

function listed(lines: readonly string[]): string {
  return lines.map((line) => `    ${line}`).join(',\n');
}
