import { describe, expect, test } from '@jest/globals';
import { Deadline } from '../core/deadline.ts';
import { sweep, type Leased, type SweepSource } from './sweep.ts';

const deadline = Deadline.in(5000, 'the sweep');
const dead: Leased = { name: 'dead', kept: false, owner: 'dead', reachable: true };
const everything: readonly Leased[] = [
  dead,
  { ...dead, name: 'kept', kept: true },
  { ...dead, name: 'live', owner: 'alive' },
  { ...dead, name: 'kept and in use', kept: true, owner: 'alive' },
  { ...dead, name: 'mine', owner: 'this process' },
  { ...dead, name: 'damaged', owner: 'unreadable' },
  { ...dead, name: 'elsewhere', reachable: false },
];

function source(found: readonly Leased[], destroyed: string[]): SweepSource {
  return {
    list: () => Promise.resolve(found),
    destroy: (name) => {
      destroyed.push(name);
      return name === 'sticky' ? Promise.reject(new Error('sticks')) : Promise.resolve();
    },
  };
}

describe('sweep', () => {
  test('removes only what a dead run left', async () => {
    const destroyed: string[] = [];
    const report = await sweep(source(everything, destroyed), { deadline });
    expect(destroyed).toEqual(['dead']);
    expect(report.left.map(({ name }) => name)).toEqual(everything.slice(1).map(({ name }) => name));
  });

  test('on demand also removes what was kept or is damaged, but never what a live run uses', async () => {
    const destroyed: string[] = [];
    await sweep(source(everything, destroyed), { deadline, all: true });
    expect(destroyed).toEqual(['dead', 'kept', 'damaged']);
  });

  test('a dry run removes nothing and names the same', async () => {
    const destroyed: string[] = [];
    const report = await sweep(source(everything, destroyed), { deadline, dryRun: true });
    expect(destroyed).toEqual([]);
    expect(report.removed).toEqual(['dead']);
  });

  test('one that cannot be removed does not keep the others', async () => {
    const destroyed: string[] = [];
    const report = await sweep(source([{ ...dead, name: 'sticky' }, dead], destroyed), { deadline });
    expect(destroyed).toEqual(['sticky', 'dead']);
    expect(report).toMatchObject({ removed: ['dead'], failures: [{ name: 'sticky' }] });
  });
});
