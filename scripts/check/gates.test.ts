import { describe, expect, jest, test } from '@jest/globals';
import { judge, runTool, type Gate } from './gate.ts';
import { filesNamedByJest, plantTree, runGate } from './planted-tree.ts';
import { runGates } from './run-gates.ts';
import { TOOL_GATES } from './tool-gates.ts';
import { treeFindings } from './tree-findings.ts';
import { TREE_GATES } from './tree-gate.ts';

// Each test starts a real tool, on whatever else the machine is doing.
jest.setTimeout(60_000);

const CLEAN = {
  'harness/index.ts': "import { answer } from './core/answer.ts';\n\nexport const twice = answer * 2;\n",
  'harness/core/answer.ts': 'export const answer = 42;\n',
};
const TEST_FILE = 'harness/core/answer.test.ts';
const passing =
  "import { expect, test } from '@jest/globals';\ntest('a', () => {\n  expect(1).toBe(1);\n});\n";
const failing = passing.replace('toBe(1)', 'toBe(2)');
/** Starts a grandchild that inherits its output, lives for 20 s, and waits for longer. */
const HANG = `import { spawn } from 'node:child_process';
spawn(process.execPath, ['-e', 'setTimeout(() => {}, 20_000)'], { stdio: 'inherit', detached: true }).unref();
setTimeout(() => {}, 60_000);
`;

describe('each gate', () => {
  test.each([
    ['format', { 'harness/core/answer.ts': 'export const answer=42' }, 'harness/core/answer.ts'],
    ['lint', { 'harness/core/answer.ts': 'export const answer: any = 42;\n' }, 'no-explicit-any'],
    ['lint', { '.oxlintrc.json': '{ "ignorePatterns": ["**/answer.ts"] }' }, 'oxlint saw 2 of 3 files'],
    ['types', { 'harness/core/answer.ts': "export const answer: number = '42';\n" }, 'TS2322'],
    [
      'types',
      { 'tsconfig.json': '{ "include": ["harness/core"] }' },
      'harness/index.ts: not part of tsconfig',
    ],
    ['unit', { ...filesNamedByJest(), [TEST_FILE]: failing }, 'Expected: 2'],
  ])('%s is red for %j', async (name, planted, trace) => {
    const result = await runGate(TOOL_GATES, name, { ...CLEAN, ...planted });
    expect(result).toMatchObject({ ok: false, output: expect.stringContaining(trace) });
  });

  test.each(['format', 'lint', 'types', 'unit'])('%s is green for a clean tree', async (name) => {
    const result = await runGate(TOOL_GATES, name, {
      ...CLEAN,
      ...(name === 'unit' ? filesNamedByJest() : {}),
      [TEST_FILE]: passing.replace(';\n', ';\n\n'),
    });
    expect(result).toMatchObject({ ok: true, output: '' });
    expect(result.checked).toBeGreaterThan(0);
  });

  test('unused is red for a file, an export and a package, and for nothing that is used', async () => {
    const { ok, output } = await runGate(TOOL_GATES, 'unused', {
      ...CLEAN,
      'harness/core/alone.ts': 'export const alone = 1;\n',
      'harness/core/answer.ts': "import 'left-pad';\nexport const answer = 42;\nexport const nobody = 1;\n",
    });
    expect(ok).toBe(false);
    expect(output).toMatch(/harness\/core\/alone\.ts/);
    expect(output).toMatch(/nobody .*answer\.ts/);
    expect(output).toMatch(/left-pad .*answer\.ts/);
    expect(output).not.toMatch(/^answer |harness\/index/m);
  });

  test('a tool that hangs is ended and says so, whoever holds its output open', async () => {
    using tree = plantTree({ 'hang.mjs': HANG });
    const { exitCode, stderr } = await runTool(tree.root, ['node', 'hang.mjs'], 1500);
    expect([exitCode, stderr]).toEqual([null, expect.stringContaining('ended by SIGTERM (limit 1.5 s)')]);
  });

  test.each(['format', 'lint', 'types', 'unused', 'unit'])(
    '%s is red when it looked at nothing',
    async (name) => {
      const result = await runGate(TOOL_GATES, name, {}, []);
      expect(result).toMatchObject({ ok: false, checked: 0, output: expect.stringContaining('looked at 0') });
    },
  );

  test('generated is red when a generator says so', async () => {
    const text = "if (process.argv.includes('--check')) process.exitCode = 1;\n";
    const result = await runGate(TREE_GATES, 'generated', { 'scripts/generate/fields.ts': text });
    expect(result).toMatchObject({ ok: false, output: expect.stringContaining('fields.ts --check') });
  });

  test('generated is red for a stale file', async () => {
    const result = await runGate(TREE_GATES, 'generated', { '.oxlintrc.json': '{}' });
    expect(result).toMatchObject({ ok: false, output: expect.stringContaining('stale') });
  });

  test('tree is red for a finding', async () => {
    const planted = { ...CLEAN, 'harness/core/utils.ts': 'export {};\n' };
    const { ok, output } = await runGate(TREE_GATES, 'tree', planted);
    expect(ok).toBe(false);
    expect(output).toContain("harness/core/utils.ts: 'utils' says nothing");
    expect(output).toContain('may hold casts but does not exist');
    expect(output).not.toContain('answer.ts');
  });
});

describe('runGates', () => {
  const gate = (name: string, run: Gate['run']): Gate => ({ name, what: '', run });

  test('runs every gate although one is red and one is broken, and prints each', async () => {
    const lines: string[] = [];
    const reports = await runGates(
      [
        gate('broken', () => Promise.reject(new Error('no such tool'))),
        gate('red', () => Promise.resolve(judge('files', 3, false, 'a.ts: wrong\nb.ts: wrong'))),
        gate('green', () => Promise.resolve(judge('tests', 7, true, 'noise'))),
      ],
      { root: '.', tree: [], print: (text) => lines.push(text) },
    );
    expect(reports.map(({ name, ok }) => [name, ok])).toEqual(
      expect.arrayContaining([
        ['broken', false],
        ['red', false],
        ['green', true],
      ]),
    );
    expect(lines.join('\n')).toMatch(/✘ broken[^]*The gate itself is broken: Error: no such tool/);
    expect(lines.join('\n')).toMatch(/✘ red +3 files +\d+\.\d s\n {4}a\.ts: wrong\n {4}b\.ts: wrong/);
    expect(lines.join('\n')).toMatch(/✔ green +7 tests/);
    expect(lines.join('\n')).not.toContain('noise');
  });
});

describe('treeFindings', () => {
  // Put together here, so that this file is not a finding itself.
  const host = (...labels: readonly string[]): string => labels.join('.');
  const path = (...parts: readonly string[]): string => `/${parts.join('/')}`;

  test.each([
    ['harness/utils/x.ts', ''],
    ['harness/core/helpers.ts', ''],
    ['scripts/common/x.ts', ''],
    ['harness/attic/x.ts', ''],
    ['harness/x.ts', ''],
    ['harness/clusters/kind/deep/x.ts', ''],
    ['README.md', `a\nsee ${host('deb', 'debian', 'org')}/debian`],
    ['package-lock.json', `"https://${host('registry', 'npmjs', 'org')}/x.tgz"`],
    ['scripts/a.sh', `GOPROXY=https://${host('proxy', 'golang', 'org')}`],
    ['README.md', `cd ${path('work', 'somewhere', 'x')}`],
    ['README.md', `'${path('home', 'somebody', 'x')}'`],
    ['README.md', `(${path('Users', 'Somebody', 'x')})`],
    ['harness/core/x.ts', `// ${['oxlint', 'disable-next-line'].join('-')} eqeqeq`],
  ])('finds what is wrong with %s %j', (file, text) => {
    expect(treeFindings([{ path: file, text }])).not.toEqual([]);
  });

  test.each([
    ['harness/main.ts', ''],
    ['harness/core/x.ts', ''],
    ['harness/clusters/kind/x.ts', ''],
    ['harness/core/x.ts', `// ${['oxlint', 'disable-next-line'].join('-')} eqeqeq -- null and undefined`],
    ['harness/core/x.ts', `// The library wants it.\n// ${['oxlint', 'disable-next-line'].join('-')} eqeqeq`],
    ['harness/core/utilisation.ts', 'the common case of a shared helper'],
    ['README.md', 'https://kubernetes.io/home/x/ and containers/work/x/ and ./work/x/'],
  ])('accepts %s %j', (file, text) => {
    expect(treeFindings([{ path: file, text }])).toEqual([]);
  });

  test('names the line', () => {
    const text = `a\nb\n ${path('home', 'somebody', 'x')}`;
    expect(treeFindings([{ path: 'a.md', text }])).toEqual([
      'a.md:3: a path that exists on one machine only',
    ]);
  });
});
