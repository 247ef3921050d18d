import { expect, test } from '@jest/globals';
import { compareFiles } from './show-matrix.ts';

test.each([
  ['a.json', 'a.json'],
  ['a.json', './a.json'],
  ['runs/x', 'runs/x/result.json'],
  ['runs/x/', 'runs/y/../x'],
])('%s and %s are one result, which is not compared with itself', async (one, other) => {
  const style = { width: 80, color: false, unicode: true };
  const write = (): void => undefined;
  const terminal = { out: write, err: write, outStyle: style, errStyle: style, live: false };
  const settings = { verbose: false };
  await expect(compareFiles([one, other], { settings, terminal })).rejects.toMatchObject({
    code: 'RESULT_TWICE',
    exitCode: 2,
  });
});
