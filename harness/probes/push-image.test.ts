import { describe, expect, test } from '@jest/globals';
import { CannotTell } from '../core/under-test.ts';
import { ScriptedRunner } from '../testing/scripted-runner.ts';
import { pushImage } from './push-image.ts';

const DIGEST = `sha256:${'0a'.repeat(32)}`;
const IMAGE = { to: '172.18.0.5:5000/app:v1', command: ['sh', '-c', 'echo $A'] } as const;

describe('pushing an image', () => {
  test('says what the image is to be, and gives its digest', async () => {
    const runner = new ScriptedRunner(() => ({ stdout: `${DIGEST}\n` }));
    expect(await pushImage(runner, { ...IMAGE, user: '405', env: { A: 'b c', B: '' } })).toBe(DIGEST);
    expect(await pushImage(runner, IMAGE)).toBe(DIGEST);
    const to = ['push', '--to', '172.18.0.5:5000/app:v1'];
    const command = ['--', 'sh', '-c', 'echo $A'];
    expect(runner.calls.map(({ argv }) => argv)).toEqual([
      [...to, '--user', '405', '--env', 'A=b c', '--env', 'B=', ...command],
      [...to, ...command],
    ]);
    // The program's own 30 s come first.
    for (const { options } of runner.calls) expect(options.deadline.remainingMs).toBeGreaterThan(30_000);
  });

  test.each([
    [
      { exitCode: 1, stderr: 'push: PUT http://r/v2/app: the registry answered 403 Forbidden' },
      '403 Forbidden',
    ],
    [{ exitCode: 1, stdout: DIGEST }, 'exit 1'],
    [{ stdout: 'sha256:0a' }, 'printed no digest'],
    [{ stdout: '' }, 'printed nothing'],
    [{ notStarted: 'push: executable file not found' }, 'not found'],
  ])('%j is no answer', async (answer, words) => {
    const pushing = pushImage(new ScriptedRunner(() => answer), IMAGE);
    await expect(pushing).rejects.toBeInstanceOf(CannotTell);
    await expect(pushing).rejects.toMatchObject({ message: expect.stringContaining(words) });
  });
});
