import { describeResult } from '../../core/command.ts';
import { Deadline } from '../../core/deadline.ts';
import { local } from '../../shell/local.ts';

export function within(seconds: number): Deadline {
  return Deadline.in(seconds * 1000, 'the test');
}

/** Runs a command that must succeed. @returns its standard output */
export async function output(
  argv: readonly [string, ...string[]],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const result = await local().run(argv, { deadline: within(60), env });
  if (result.kind === 'exited' && result.exitCode === 0) return result.stdout;
  throw new Error(`${argv.join(' ')}: ${describeResult(result)}`);
}
