/** Timers that exist as globals: they belong to core, where a deadline and a signal go with every wait. */
const TIMERS = ['setTimeout', 'setInterval', 'setImmediate'].map((name) => ({
  name,
  message: 'Wait through harness/core/poll.ts or a Deadline: a bare timer has no limit and no story.',
}));

/** Rules for every file, on top of the categories. Numbers are measured on admired code, rounded up. */
export const RULES = {
  'no-console': 'error',
  'no-restricted-globals': ['error', ...TIMERS],
  'no-restricted-properties': [
    'error',
    { object: 'AbortSignal', property: 'timeout', message: 'Use a Deadline: it knows what it waited for.' },
  ],
  'node/no-process-env': 'error',
  'unicorn/no-process-exit': 'error',

  'import/no-cycle': ['error', { ignoreTypes: false }],
  'import/max-dependencies': ['error', { max: 15, ignoreTypeImports: true }],
  'max-lines': ['error', { max: 250, skipBlankLines: false, skipComments: false }],
  'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
  'max-params': ['error', { max: 4 }],
  'max-depth': ['error', 3],

  // Noise here: `await using _lock` needs the underscore, tsc checks returns, loops end through
  // closures, a function may stand next to its only use, and argv is readable in groups.
  'no-underscore-dangle': 'off',
  'typescript/consistent-return': 'off',
  'no-unmodified-loop-condition': 'off',
  'unicorn/consistent-function-scoping': 'off',
  'promise/always-return': 'off',
  'unicorn/no-useless-spread': 'off',
  // `readonly` arrays have no sort, so what is sorted is a copy.
  'unicorn/no-array-sort': 'off',

  'no-empty': 'error',
  'no-empty-function': 'error',
  'no-var': 'error',
  'preserve-caught-error': 'error',
  eqeqeq: 'error',

  'typescript/no-floating-promises': 'error',
  'typescript/no-misused-promises': 'error',
  'typescript/await-thenable': 'error',
  'typescript/return-await': ['error', 'in-try-catch'],
  'typescript/only-throw-error': 'error',
  'typescript/prefer-promise-reject-errors': 'error',
  'typescript/switch-exhaustiveness-check': [
    'error',
    { considerDefaultExhaustiveForUnions: true, requireDefaultForNonUnion: false },
  ],
  'typescript/no-explicit-any': 'error',
  'typescript/no-non-null-assertion': 'error',
  'typescript/no-unsafe-assignment': 'error',
  'typescript/no-unsafe-argument': 'error',
  'typescript/no-unsafe-call': 'error',
  'typescript/no-unsafe-member-access': 'error',
  'typescript/no-unsafe-return': 'error',
  'typescript/no-unsafe-type-assertion': 'error',
  'typescript/consistent-type-assertions': [
    'error',
    { assertionStyle: 'as', objectLiteralTypeAssertions: 'allow-as-parameter' },
  ],
  'typescript/consistent-type-imports': [
    'error',
    { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false },
  ],
  'typescript/ban-ts-comment': 'error',

  'podproof/no-top-level-let': 'error',
  'podproof/no-default-exit-code': 'error',
  'podproof/no-shell-string': 'error',
  'podproof/no-log-and-throw': 'error',
  'podproof/plain-imports': 'error',
} as const;

/**
 * Files at the border, where something without a type gets one. Everywhere else a cast is a finding: a guard or a
 * schema belongs there.
 */
export const BORDER_FILES = [
  'harness/clusters/cluster-record.ts',
  'harness/clusters/nodes/dns-view.ts',
  'harness/config/places.ts',
  'harness/docker/connect.ts',
  'harness/docker/containers.ts',
  'harness/faults/fuzz-case.ts',
  'harness/jest/run-judge.ts',
  'harness/lifetime/watchdog-process.ts',
  'harness/probes/pod-processes.ts',
  'harness/scenario/import-definition.ts',
  'harness/scenario/definition-schema.ts',
  'harness/scenario/known-fields.ts',
  'scripts/generate/*.ts',
];

/** Rules that do not apply everywhere; later entries win. */
export const EXCEPTIONS: readonly Exception[] = [
  { files: BORDER_FILES, rules: { 'typescript/no-unsafe-type-assertion': 'off' } },
  // Their job is to connect, or to list.
  {
    files: ['harness/compose/*.ts', 'harness/main.ts', 'harness/doctor/all-checks.ts'],
    rules: { 'import/max-dependencies': 'off' },
  },
  // Fakes make up answers and may be forced into shape.
  {
    files: [
      'harness/testing/**',
      'harness/*/testing/**',
      'harness/**/scripted-*.ts',
      'harness/**/*.fixture.ts',
    ],
    rules: {
      'podproof/no-default-exit-code': 'off',
      'typescript/no-unsafe-type-assertion': 'off',
      'max-lines-per-function': 'off',
    },
  },
];

interface Exception {
  readonly files: readonly string[];
  readonly rules: Readonly<Record<string, 'off'>>;
}

/** Rules for tests: a test that cannot fail is worse than none. */
export const TEST_RULES = {
  'jest/expect-expect': ['error', { assertFunctionNames: ['expect', 'expect*', 'assert*'] }],
  'jest/no-focused-tests': 'error',
  'jest/no-disabled-tests': 'error',
  'jest/no-commented-out-tests': 'error',
  'jest/no-identical-title': 'error',
  'jest/no-standalone-expect': 'error',
  'jest/no-duplicate-hooks': 'error',
  'jest/no-export': 'error',
  'jest/valid-expect': 'error',
  'jest/valid-expect-in-promise': 'error',
  'jest/valid-title': 'error',
  'jest/valid-describe-callback': 'error',
  'max-lines-per-function': 'off',
  'max-lines': ['error', { max: 400, skipBlankLines: false, skipComments: false }],
  // `let server` filled by beforeEach is how Jest works, and fakes may be forced into shape.
  'podproof/no-top-level-let': 'off',
  'typescript/no-unsafe-type-assertion': 'off',
} as const;
