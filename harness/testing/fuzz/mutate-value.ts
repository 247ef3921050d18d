import type { Random } from './random.ts';

/** Values that no type allows, made anew each time. */
const JUNK: readonly [(random: Random) => unknown, ...((random: Random) => unknown)[]] = [
  () => undefined,
  () => null,
  () => NaN,
  () => -1,
  () => 1e21,
  () => 10n,
  () => Symbol('s'),
  () => '',
  () => '__proto__',
  () => '../../x',
  () => '\u001b[2J\0',
  (random) => 'x'.repeat(random.below(10_000)),
  () => [],
  () => [[[[]]]],
  () => ({}),
  () => Object.create(null) as unknown,
  () => new Map([['id', 1]]),
  () => new Date(NaN),
  () => () => true,
  () => () => {
    throw new Error('from inside');
  },
  () => Promise.resolve(1),
  () => cycle(),
  () => throwing(),
  () => new Proxy({}, { get: () => throwing(), ownKeys: () => ['a', 'a'] }),
  (random) => Array.from({ length: random.below(3000) }),
];

/** The value with one to four changes, somewhere. Functions stay the same functions. */
export function mutateValue(value: unknown, random: Random): unknown {
  let mutated = value;
  for (let changes = 1 + random.below(4); changes > 0; changes -= 1) mutated = change(mutated, random);
  return mutated;
}

function change(value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value === null || random.chance(8)) return random.pick(JUNK)(random);
  try {
    return Array.isArray(value) ? changeList(value, random) : changeFields({ ...value }, random);
  } catch {
    // One of our own that throws when it is read.
    return value;
  }
}

function changeList(list: readonly unknown[], random: Random): readonly unknown[] {
  const at = random.below(list.length + 1);
  if (random.chance(4)) return [...list, list[at]];
  if (random.chance(4)) return list.toSpliced(at, 1);
  return at === list.length ? [...list, random.pick(JUNK)(random)] : list.with(at, change(list[at], random));
}

function changeFields(fields: Record<string, unknown>, random: Random): unknown {
  const names = Object.keys(fields);
  const name = names[random.below(names.length)];
  if (name === undefined || random.chance(6))
    return { ...fields, [`${name ?? 'x'}s`]: random.pick(JUNK)(random) };
  if (random.chance(6)) return Object.fromEntries(Object.entries(fields).filter(([key]) => key !== name));
  return { ...fields, [name]: change(fields[name], random) };
}

function cycle(): unknown {
  const loop: unknown[] = [];
  loop.push(loop);
  return loop;
}

function throwing(): unknown {
  return {
    get id(): never {
      throw new Error('from a getter');
    },
  };
}
