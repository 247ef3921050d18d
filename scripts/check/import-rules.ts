import { PLACES, type Place } from './places.ts';
import { ROOMS, TEST_EXTRAS, TEST_POWERS, type Power, type Room } from './rooms.ts';

/** How deep a room may nest: `harness/clusters/kind/x.ts` is 2. Deeper files are reported as belonging nowhere. */
export const DEPTHS = [1, 2] as const;

/** One entry of `overrides` in `.oxlintrc.json`. */
export interface Override {
  readonly files: readonly string[];
  readonly excludeFiles?: readonly string[];
  readonly rules: Readonly<Record<string, unknown>>;
}

/**
 * The import rules of every room and place. Two entries that match one file replace each other, they never merge, so
 * each carries its whole list, and the later, more special one comes last.
 */
export function importOverrides(): Override[] {
  return [...ROOMS.flatMap(roomOverrides), ...DEPTHS.map(e2eOverride), ...PLACES.map(placeOverride)];
}

function roomOverrides(room: Room): Override[] {
  return DEPTHS.flatMap((depth) => {
    const folder = `harness/${room.name}/${'*/'.repeat(depth - 1)}`;
    const top = '../'.repeat(depth);
    const own = [
      ...room.rooms.map((name) => `${top}${name}/**`),
      ...room.vendors.flatMap((name) => [name, `${name}/**`]),
    ];
    const powers = room.powers ?? [];
    const inTests = [...powers, ...TEST_POWERS];
    const extras = [...TEST_EXTRAS.paths.map((path) => top + path), ...TEST_EXTRAS.vendors];
    const allowed = [room.rooms, room.vendors].map((names) => names.join(', ') || 'nothing');
    const message = `${room.why} Rooms: ${allowed[0] ?? ''}; packages: ${allowed[1] ?? ''}. See scripts/check/rooms.ts.`;
    return [
      override([`${folder}*.{ts,js}`], message, allowList(depth, own, powers), powers),
      override([`${folder}*.test.ts`], message, allowList(depth, [...own, ...extras], inTests), inTests),
    ];
  });
}

/** A test on a real engine or cluster builds what it needs from real parts, whatever room they are in. */
function e2eOverride(depth: number): Override {
  const top = '../'.repeat(depth);
  const names = [...ROOMS.map(({ name }) => `${top}${name}/**`), ...TEST_EXTRAS.vendors];
  return override(
    [`harness/*/${'*/'.repeat(depth - 1)}*.e2e.{test,fixture}.ts`],
    'an end-to-end test uses rooms, not the packages behind them. See scripts/check/import-rules.ts.',
    allowList(depth, names, TEST_POWERS),
    TEST_POWERS,
  );
}

function placeOverride({ files, why, may, powers }: Place): Override {
  const group = ['*', ...may.map((pattern) => `!${pattern}`), ...deniedModules(powers)];
  return override(files, `${why} See scripts/check/rooms.ts.`, group, powers);
}

/**
 * gitignore patterns, the last match wins: everything is forbidden, then own files, Node and the named ones come back.
 * Inside a nested folder `../` is still the room; the level above is where other rooms start.
 */
function allowList(depth: number, names: readonly string[], powers: readonly Power[]): string[] {
  const inside = depth === 1 ? ['!./**'] : ['!./**', '!../**', `${'../'.repeat(depth)}**`];
  return [
    '*',
    '!node:*',
    '!node:*/**',
    ...inside,
    ...names.map((name) => `!${name}`),
    ...deniedModules(powers),
  ];
}

function deniedModules(powers: readonly Power[]): string[] {
  const modules: readonly (readonly [Power, readonly string[]])[] = [
    ['timers', ['node:timers', 'node:timers/**']],
    ['process', ['node:process']],
    ['spawn', ['node:child_process']],
  ];
  return modules.flatMap(([power, names]) => (powers.includes(power) ? [] : names));
}

function override(
  files: readonly string[],
  message: string,
  group: readonly string[],
  powers: readonly Power[],
): Override {
  return {
    files,
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ group, message }] }],
      ...(powers.includes('timers')
        ? { 'no-restricted-globals': 'off', 'no-restricted-properties': 'off' }
        : {}),
      ...(powers.includes('console') ? { 'no-console': 'off' } : {}),
      ...(powers.includes('process')
        ? { 'node/no-process-env': 'off', 'unicorn/no-process-exit': 'off' }
        : {}),
    },
  };
}
