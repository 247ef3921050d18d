import { describe, expect, jest, test } from '@jest/globals';
import { RULES, TEST_RULES } from './lint-rules.ts';
import { lintFindings } from './planted-tree.ts';

jest.setTimeout(60_000);

/** One planted violation per rule. The rule must find it, and in the place where it is. */
const PLANTED: Readonly<Record<string, string>> = {
  'no-console': "console.log('x');",
  'no-restricted-globals': 'setTimeout(() => undefined, 1);',
  'no-restricted-properties': 'export const signal = AbortSignal.timeout(1);',
  'node/no-process-env': "export const home = process.env['HOME'];",
  'unicorn/no-process-exit': 'process.exit(1);',
  'import/no-cycle': "export type { B } from './cycle.ts';\nexport type A = 1;",
  'import/max-dependencies': Array.from(
    { length: 16 },
    (_, at) => `import { v${String(at)} } from './m${String(at)}.ts';`,
  ).join('\n'),
  'max-lines': '// line\n'.repeat(251),
  'max-lines-per-function': `export function long(): void {\n${'  void 0;\n'.repeat(61)}}`,
  'max-params': 'export function f(a: 1, b: 1, c: 1, d: 1, e: 1): unknown[] {\n  return [a, b, c, d, e];\n}',
  'max-depth': 'export function f(a: boolean): void {\n  if (a) while (a) for (;;) if (a) return;\n}',
  'no-empty': 'export function f(): void {\n  try {\n    f();\n  } catch {}\n}',
  'no-empty-function': 'export function f(): void {}',
  'no-var': 'export function f(): number {\n  var a = 1;\n  return a;\n}',
  'preserve-caught-error':
    "export function f(): void {\n  try {\n    f();\n  } catch (error) {\n    throw new Error('x');\n  }\n}",
  eqeqeq: 'export const same = (a: number, b: number): boolean => a == b;',
  'typescript/no-floating-promises':
    'const work = async (): Promise<number> => await Promise.resolve(1);\nwork();',
  'typescript/no-misused-promises':
    'const work = async (): Promise<boolean> => await Promise.resolve(true);\nexport const x = work() ? 1 : 2;',
  'typescript/await-thenable': 'export const f = async (): Promise<number> => await 1;',
  'typescript/return-await':
    'export async function f(): Promise<void> {\n  try {\n    return f();\n  } catch {\n    return undefined;\n  }\n}',
  'typescript/only-throw-error': "export function f(): void {\n  throw 'text';\n}",
  'typescript/prefer-promise-reject-errors': "export const f = (): Promise<void> => Promise.reject('text');",
  'typescript/switch-exhaustiveness-check':
    "export function f(a: 'x' | 'y'): void {\n  switch (a) {\n    case 'x':\n      f(a);\n  }\n}",
  'typescript/no-explicit-any': 'export const a = (b: any): unknown => b;',
  'typescript/no-non-null-assertion': 'export const a = (b: string | undefined): string => b!;',
  'typescript/no-unsafe-assignment': "const a = JSON.parse('{}');\nexport const b: unknown = a;",
  'typescript/no-unsafe-argument': "export const a = Math.abs(JSON.parse('1'));",
  'typescript/no-unsafe-call': "JSON.parse('1')();",
  'typescript/no-unsafe-member-access': "export const a: unknown = JSON.parse('{}').b;",
  'typescript/no-unsafe-return': "export const a = (): string => JSON.parse('1');",
  'typescript/no-unsafe-type-assertion': 'export const a = (b: unknown): string => b as string;',
  'typescript/consistent-type-assertions': 'export const a = { b: 1 } as { b: number };',
  'typescript/consistent-type-imports': "import { A } from './types.ts';\nexport type B = A;",
  'typescript/ban-ts-comment': '// @ts-ignore\nexport const a = 1;',
  'podproof/no-top-level-let': 'export let count = 1;',
  'podproof/no-default-exit-code': 'export const f = (r: { exitCode?: number }): number => r.exitCode ?? 0;',
  'podproof/no-shell-string': "export const f = (name: string): string[] => ['sh', '-c', `ls ${name}`];",
  'podproof/no-log-and-throw':
    'export function f(logger: { warn(e: unknown): void }): void {\n  try {\n    f(logger);\n  } catch (error) {\n    logger.warn(error);\n    throw error;\n  }\n}',
  'podproof/plain-imports': "export * from '../kube/../core/x.ts';",
};

const PLANTED_TESTS: Readonly<Record<string, string>> = {
  'jest/expect-expect': "test('adds', () => {\n  void 0;\n});",
  'jest/no-focused-tests': "test.only('adds', () => {\n  expect(1).toBe(1);\n});",
  'jest/no-disabled-tests': "test.skip('adds', () => {\n  expect(1).toBe(1);\n});",
  'jest/no-commented-out-tests': "// test('adds', () => {});",
  'jest/no-identical-title':
    "test('a', () => {\n  expect(1).toBe(1);\n});\ntest('a', () => {\n  expect(1).toBe(1);\n});",
  'jest/no-standalone-expect': "describe('a', () => {\n  expect(1).toBe(1);\n});",
  'jest/no-duplicate-hooks': 'beforeAll(() => undefined);\nbeforeAll(() => undefined);',
  'jest/no-export': "export const a = 1;\ntest('a', () => {\n  expect(1).toBe(1);\n});",
  'jest/valid-expect': "test('a', () => {\n  expect(1);\n});",
  'jest/valid-expect-in-promise':
    "test('a', () => {\n  Promise.resolve(1).then((a) => { expect(a).toBe(1); });\n});",
  'jest/valid-title': "test('', () => {\n  expect(1).toBe(1);\n});",
  'jest/valid-describe-callback': "describe('a', async () => {\n  await Promise.resolve(1);\n});",
};

/** `typescript/no-var` → `no-var` */
const shortName = (rule: string): string => rule.replace(/^.*\//, '');

describe('lint rules', () => {
  test('find one planted violation each', async () => {
    const header = "import { beforeAll, describe, expect, test } from '@jest/globals';\n";
    const planted = [
      ...Object.entries(PLANTED).map(([rule, text]) => ({
        rule,
        text,
        path: `harness/probes/${shortName(rule)}.ts`,
      })),
      ...Object.entries(PLANTED_TESTS).map(([rule, text]) => ({
        rule,
        text: header + text,
        path: `harness/probes/${shortName(rule)}.test.ts`,
      })),
    ];
    const found = await lintFindings({
      ...Object.fromEntries(planted.map(({ path, text }) => [path, text])),
      'harness/probes/cycle.ts': "export type { A } from './no-cycle.ts';\nexport type B = 1;",
      'harness/probes/types.ts': 'export type A = 1;',
    });
    const missed = planted.filter(
      ({ path, rule }) =>
        !found.some((line) => line.startsWith(`${path}:`) && line.endsWith(`(${shortName(rule)})`)),
    );
    expect(missed.map(({ rule }) => rule)).toEqual([]);
  });

  test('have a planted violation each', () => {
    const on = Object.entries({ ...RULES, ...TEST_RULES }).filter(([, value]) => value !== 'off');
    expect(on.map(([name]) => name).filter((name) => !(name in PLANTED) && !(name in PLANTED_TESTS))).toEqual(
      [],
    );
  });
});

describe('own rules', () => {
  const own = async (text: string): Promise<string[]> =>
    (await lintFindings({ 'harness/probes/x.ts': text })).filter((line) => line.includes('podproof('));

  test('leave honest code alone', async () => {
    const found = await own(
      [
        'const constant = 1;',
        'export function f(items: number[], logger: { warn(e: unknown): void }): number {',
        '  let sum = items[0] ?? 0;',
        '  try {',
        '    sum += constant;',
        '  } catch (error) {',
        '    logger.warn(error);',
        '  }',
        '  return sum;',
        '}',
        "export const script = ['sh', '-c', 'ls \"$1\"', 'list', String(constant)];",
        "export const long = ['sh', '-c', ['set -e', 'ls'].join('; ')];",
        'export const options = { shell: false };',
        "export const lazy = (): Promise<unknown> => import('../core/poll.ts');",
      ].join('\n'),
    );
    expect(found).toEqual([]);
  });

  test('find every form of what they forbid', async () => {
    const planted: readonly (readonly [string, string])[] = [
      [
        'const a = (r?: { exitCode?: number }): number => r?.exitCode || -1;\nexport default a;',
        'no-default-exit-code',
      ],
      ["export const a = { command: ['ls'], shell: true };", 'no-shell-string'],
      ["export const a = { command: ['ls'], shell: '/bin/sh' };", 'no-shell-string'],
      [
        "export const a = (run: (...argv: string[]) => void, x: string): void => { run('/bin/bash', '-ec', 'ls ' + x); };",
        'no-shell-string',
      ],
      [
        "export const a = (x: string[]): string[] => ['docker', 'exec', 'n', 'sh', '-c', x.join(' ')];",
        'no-shell-string',
      ],
      ["import { exec } from 'node:child_process';\nexport const a = exec;", 'no-shell-string'],
      ["import { createRequire } from 'node:module';\nexport const a = createRequire;", 'plain-imports'],
      ['export const a = (): Promise<unknown> => import(`../kube/x.ts`);', 'plain-imports'],
    ];
    const files = planted.map(([text], at) => [`harness/probes/x${String(at)}.ts`, text] as const);
    const found = await lintFindings(Object.fromEntries(files));
    for (const [at, [text, rule]] of planted.entries()) {
      const rules = found.filter((line) => line.startsWith(`harness/probes/x${String(at)}.ts:`)).join();
      expect([text, rules]).toEqual([text, expect.stringContaining(`podproof(${rule})`)]);
    }
  });
});
