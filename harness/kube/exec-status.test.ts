import { describe, expect, test } from '@jest/globals';
import { readExecStatus } from './exec-status.ts';

/** Frames of Kubernetes 1.37.2 with containerd 2.3.7, shortened in the container's id only. */
const NO_PROGRAM =
  '{"metadata":{},"status":"Failure","message":"Internal error occurred: Internal error occurred: error executing command in container: failed to exec in container: failed to start exec \\"415b\\": OCI runtime exec failed: exec failed: unable to start container process: exec: \\"nosuch\\": executable file not found in $PATH","reason":"InternalError","details":{"causes":[{"message":"Internal error occurred: error executing command in container: failed to exec in container: failed to start exec \\"415b\\": OCI runtime exec failed: exec failed: unable to start container process: exec: \\"nosuch\\": executable file not found in $PATH"}]},"code":500}';

describe('readExecStatus', () => {
  test.each<[string, number]>([
    ['{"metadata":{},"status":"Success"}', 0],
    ['{"status":"Success"}', 0],
    [
      '{"metadata":{},"status":"Failure","message":"command terminated with non-zero exit code: command terminated with exit code 7","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"7"}]}}',
      7,
    ],
    [
      '{"metadata":{},"status":"Failure","message":"command terminated with non-zero exit code: command terminated with exit code 137","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"137"}]}}',
      137,
    ],
  ])('reads %s', (frame, exitCode) => {
    expect(readExecStatus(frame, true)).toEqual({ kind: 'exited', exitCode });
  });

  test('knows that a program which does not exist was not started', () => {
    const end = readExecStatus(NO_PROGRAM, false);
    expect(end).toMatchObject({ kind: 'notStarted', why: expect.stringContaining('"nosuch"') });
  });

  test('believes output more than a message: what has spoken was started', () => {
    expect(readExecStatus(NO_PROGRAM, true).kind).toBe('inconclusive');
  });

  test.each(['', '{}', 'null', '[]', '"Success"', '{"status":"success"}', '{"status":'])(
    'takes %j for no answer',
    (frame) => {
      expect(readExecStatus(frame, false).kind).toBe('inconclusive');
    },
  );

  test.each(['', '0', '-1', '1e1', '7 ', '0x7', '9999'])('takes the exit code %j for none', (message) => {
    const details = { causes: [{ reason: 'ExitCode', message }] };
    const frame = JSON.stringify({ status: 'Failure', reason: 'NonZeroExitCode', details });
    expect(readExecStatus(frame, false).kind).toBe('inconclusive');
  });
});
