import type { Config } from 'jest';

/** Node strips the types itself, so no transformer is configured: stack traces show the written lines. */
const common = {
  transform: {},
  extensionsToTreatAsEsm: ['.ts'],
  moduleFileExtensions: ['ts', 'js', 'json'],
  testEnvironment: 'node',
  // Below node_modules, so that a run leaves nothing in the system's folder for temporary files.
  cacheDirectory: '<rootDir>/node_modules/.cache/jest',
} satisfies Config['projects'] extends (infer P)[] | undefined ? Partial<Exclude<P, string>> : never;

const config: Config = {
  // Some tests start programs; on a machine that also builds or runs a cluster those need more than Jest's five seconds.
  testTimeout: 30_000,
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['<rootDir>/{harness,scenarios,scripts}/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '\\.e2e\\.test\\.ts$'],
    },
    {
      ...common,
      displayName: 'e2e',
      testMatch: ['<rootDir>/{harness,scenarios,scripts}/**/*.e2e.test.ts'],
      globalSetup: '<rootDir>/harness/testing/e2e-cluster-up.ts',
      globalTeardown: '<rootDir>/harness/testing/e2e-cluster-down.ts',
    },
    {
      ...common,
      displayName: 'judge',
      testMatch: ['<rootDir>/harness/jest/judge.spec.ts'],
    },
  ],
};

export default config;
