import { describe, expect, jest, test } from '@jest/globals';
import { lintFindings } from './planted-tree.ts';
import { ROOMS, TEST_EXTRAS, TEST_POWERS, type Room } from './rooms.ts';

jest.setTimeout(60_000);

const RULE = 'eslint(no-restricted-imports)';
const VENDORS = [...new Set(ROOMS.flatMap(({ vendors }) => vendors)), 'left-pad'].filter(
  (name) => name !== '@jest/globals',
);
const NODE_DENIED = {
  'node:timers': 'timers',
  'node:timers/promises': 'timers',
  'node:process': 'process',
  'node:child_process': 'spawn',
} as const;

const PLACES_IN_A_ROOM = [
  ['', 'x.ts'],
  ['', 'x.test.ts'],
  ['inner/', 'x.ts'],
  ['inner/', 'x.test.ts'],
] as const;

/** Every import one could try in a file of this room, and whether the table allows it. */
function everyImport(room: Room, up: string, isTest: boolean): (readonly [string, boolean])[] {
  const rooms = isTest ? [...room.rooms, 'testing'] : room.rooms;
  const vendors = isTest ? [...room.vendors, '@jest/globals'] : room.vendors;
  const powers = [...(room.powers ?? []), ...(isTest ? TEST_POWERS : [])];
  const others = ROOMS.map(({ name }) => name).filter((name) => name !== room.name);
  return [
    ...others.map((name) => [`${up}${name}/y.ts`, rooms.includes(name)] as const),
    [`${up}shell/local.ts`, isTest || room.rooms.includes('shell')],
    [`${up}main.ts`, false],
    [`${up}../scripts/check.ts`, false],
    [`${up}../scenarios/01-x/x.scenario.ts`, false],
    ...[...VENDORS, '@jest/globals'].map((name) => [name, vendors.includes(name)] as const),
    ['fs', false],
    ['node:fs/promises', true],
    ...Object.entries(NODE_DENIED).map(([name, power]) => [name, powers.includes(power)] as const),
    ['./same-room.ts', true],
    ...(up === '../' ? [] : [['../same-room.ts', true] as const]),
  ];
}

describe('import rules', () => {
  test('let every file of every room import exactly what the table says', async () => {
    const files: Record<string, string> = {};
    const expected: string[] = [];
    for (const room of ROOMS)
      for (const [folder, file] of PLACES_IN_A_ROOM) {
        const path = `harness/${room.name}/${folder}${file}`;
        const lines = everyImport(room, folder === '' ? '../' : '../../', file.includes('.test.'));
        files[path] = lines.map(([specifier]) => `import '${specifier}';`).join('\n');
        const denied = [...lines.entries()].filter(([, [, isAllowed]]) => !isAllowed);
        expected.push(...denied.map(([at]) => `${path}:${String(at + 1)} ${RULE}`));
      }
    const found = await lintFindings(files);
    expect(found.filter((line) => line.endsWith(RULE))).toEqual(expected.toSorted());
    expect(expected.length).toBeGreaterThan(ROOMS.length * PLACES_IN_A_ROOM.length * 20);
  });

  test('see every form of import, types and lazy ones too', async () => {
    const found = await lintFindings({
      'harness/report/x.ts': [
        "import type { A } from '../kube/a.ts';",
        "export { b } from '../kube/b.ts';",
        "export * from '../kube/c.ts';",
        "export type { D } from '../kube/d.ts';",
        "export const lazy = (): Promise<unknown> => import('../kube/e.ts');",
        "export const typed = (): Promise<typeof import('../kube/f.ts') | A> => lazy();",
        'export const computed = (name: string): Promise<unknown> => import(name);',
        "export * from '../core/../kube/g.ts';",
        "export * from './../kube/h.ts';",
      ].join('\n'),
    });
    const path = 'harness/report/x.ts';
    expect(found.filter((line) => /restricted-imports|plain-imports/.test(line))).toEqual([
      `${path}:1 ${RULE}`,
      `${path}:2 ${RULE}`,
      `${path}:3 ${RULE}`,
      `${path}:4 ${RULE}`,
      `${path}:5 ${RULE}`,
      `${path}:6 podproof(plain-imports)`,
      `${path}:7 podproof(plain-imports)`,
      `${path}:8 podproof(plain-imports)`,
      `${path}:9 podproof(plain-imports)`,
    ]);
  });

  test('let a test on a real engine use every room, but no package of theirs', async () => {
    const text =
      "import '../../kube/x.ts';\nimport '../../testing/x.ts';\nimport '@jest/globals';\nimport 'dockerode';\nimport '../../../scripts/x.ts';";
    const found = await lintFindings({
      'harness/clusters/kind/x.e2e.test.ts': text,
      'harness/clusters/kind/x.e2e.fixture.ts': text,
    });
    expect(found.filter((line) => line.endsWith(RULE))).toEqual([
      `harness/clusters/kind/x.e2e.fixture.ts:4 ${RULE}`,
      `harness/clusters/kind/x.e2e.fixture.ts:5 ${RULE}`,
      `harness/clusters/kind/x.e2e.test.ts:4 ${RULE}`,
      `harness/clusters/kind/x.e2e.test.ts:5 ${RULE}`,
    ]);
  });

  test('hold outside the rooms: scenarios, scripts, gates and the three files of the harness', async () => {
    const found = await lintFindings({
      'scenarios/01-x/x.scenario.ts':
        "import '../../harness/index.ts';\nimport '../../harness/core/poll.ts';\nimport 'node:fs';\nimport './y.ts';",
      'scenarios/01-x/x.test.ts': "import '@jest/globals';\nimport '../../harness/docker/connect.ts';",
      'scripts/tool.ts': "import '../harness/core/poll.ts';\nimport 'execa';\nimport 'node:child_process';",
      'scripts/tool/part.ts': "import '../../harness/core/poll.ts';\nimport 'execa';",
      'scripts/check/gate.ts': "import '../../harness/core/poll.ts';\nimport 'node:child_process';",
      'harness/index.ts': "import './scenario/x.ts';\nimport './docker/x.ts';\nimport 'zod';",
      'harness/launch.js': "import './core/poll.ts';\nimport('./main.ts');",
      'harness/main.ts': "import './docker/x.ts';\nimport 'dockerode';",
    });
    expect(found.filter((line) => line.endsWith(RULE))).toEqual([
      `harness/index.ts:2 ${RULE}`,
      `harness/index.ts:3 ${RULE}`,
      `harness/launch.js:1 ${RULE}`,
      `harness/main.ts:2 ${RULE}`,
      `scenarios/01-x/x.scenario.ts:2 ${RULE}`,
      `scenarios/01-x/x.scenario.ts:3 ${RULE}`,
      `scenarios/01-x/x.test.ts:2 ${RULE}`,
      `scripts/check/gate.ts:1 ${RULE}`,
      `scripts/tool.ts:2 ${RULE}`,
      `scripts/tool/part.ts:2 ${RULE}`,
    ]);
  });
});

describe('the table of rooms', () => {
  test('confines every vendor to one room, apart from parsers and fakes', () => {
    const shared = new Set(['zod', 'yaml']);
    const rooms = ROOMS.filter(({ name }) => name !== 'testing');
    for (const vendor of VENDORS.filter((name) => !shared.has(name) && name !== 'left-pad'))
      expect([vendor, rooms.filter(({ vendors }) => vendors.includes(vendor)).length]).toEqual([vendor, 1]);
  });

  test('names only rooms that exist, has no cycle and keeps core on its own feet', () => {
    const byName = new Map(ROOMS.map((room) => [room.name, room.rooms]));
    const visit = (name: string, path: readonly string[]): void => {
      expect(byName.has(name)).toBe(true);
      expect(path).not.toContain(name);
      for (const next of byName.get(name) ?? []) visit(next, [...path, name]);
    };
    for (const { name } of ROOMS) visit(name, []);
    expect(byName.get('core')).toEqual([]);
    expect(TEST_EXTRAS.paths).toContain('testing/**');
  });

  test.each([
    ['scenario', 'clusters'],
    ['scenario', 'docker'],
    ['probes', 'docker'],
    ['clusters', 'kube'],
    ['report', 'scenario'],
    ['jest', 'kube'],
    ['kube', 'docker'],
  ])('keeps %s apart from %s', (room, other) => {
    expect(ROOMS.find(({ name }) => name === room)?.rooms).not.toContain(other);
  });
});
