import { describe, expect, test } from '@jest/globals';
import { UndoStack } from './undo-stack.ts';
import { withUndo } from './with-undo.ts';

const soon = 1000;

describe('undo stack', () => {
  test('takes back in reverse order, and all of it although the first and the third fail', async () => {
    const seen: string[] = [];
    const undo = new UndoStack();
    for (const what of ['1', '2', '3']) {
      undo.register({
        what,
        budgetMs: soon,
        byHand: `rm ${what}`,
        undo: async () => {
          seen.push(what);
          await Promise.resolve();
          if (what !== '2') throw new Error(`${what} sticks`);
        },
      });
    }
    const report = await undo.unwind();
    expect(seen).toEqual(['3', '2', '1']);
    expect(report.undone).toEqual(['2']);
    expect(report.failures.map(({ what, byHand }) => [what, byHand])).toEqual([
      ['3', 'rm 3'],
      ['1', 'rm 1'],
    ]);
  });

  test('an undo that hangs costs its own budget and stops no other', async () => {
    const seen: string[] = [];
    const undo = new UndoStack();
    undo.register({ what: 'after', budgetMs: soon, undo: async () => void seen.push('after') });
    undo.register({ what: 'hangs', budgetMs: 30, undo: () => new Promise(() => undefined) });
    const report = await undo.unwind();
    expect(seen).toEqual(['after']);
    expect(String(report.failures[0]?.error)).toMatch(/Waited \d+\.\d s for hangs to be removed/);
  });

  test('an undo that throws before it returns a promise stops no other', async () => {
    const seen: string[] = [];
    const undo = new UndoStack();
    undo.register({ what: 'after', budgetMs: soon, undo: async () => void seen.push('after') });
    undo.register({
      what: 'throws',
      budgetMs: soon,
      undo: () => {
        throw new Error('at once');
      },
    });
    expect((await undo.unwind()).failures).toHaveLength(1);
    expect(seen).toEqual(['after']);
  });

  test('runs once, also when asked twice at the same time', async () => {
    let runs = 0;
    const undo = new UndoStack();
    undo.register({ what: 'once', budgetMs: soon, undo: async () => void (runs += 1) });
    const [first, second] = await Promise.all([undo.unwind(), undo.unwind()]);
    expect(runs).toBe(1);
    expect(second).toBe(first);
  });

  test('what is registered while undoing is taken back as well', async () => {
    const seen: string[] = [];
    const undo = new UndoStack();
    undo.register({
      what: 'late maker',
      budgetMs: soon,
      undo: async () => {
        undo.register({ what: 'late', budgetMs: soon, undo: async () => void seen.push('late') });
      },
    });
    const { undone } = await undo.unwind();
    expect(seen).toEqual(['late']);
    expect(undone).toContain('late maker');
  });

  test('a dismissed undo does not run', async () => {
    const undo = new UndoStack();
    const registration = undo.register({
      what: 'kept',
      budgetMs: soon,
      undo: () => Promise.reject(new Error('must not run')),
    });
    registration.dismiss();
    registration.dismiss();
    expect(undo.pending).toEqual([]);
    expect(await undo.unwind()).toMatchObject({ undone: [], failures: [] });
  });

  test('a failed clean-up does not replace the error of the work', async () => {
    const outcome = await withUndo(async (undo) => {
      undo.register({ what: 'x', budgetMs: soon, undo: () => Promise.reject(new Error('clean-up')) });
      await Promise.resolve();
      throw new Error('primary');
    });
    expect(outcome).toMatchObject({ kind: 'failed', error: { message: 'primary' } });
    expect(outcome.cleanup.failures).toHaveLength(1);
  });
});
