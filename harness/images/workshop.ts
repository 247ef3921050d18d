import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import type { CommandRunner } from '../core/command.ts';
import type { Deadline } from '../core/deadline.ts';
import type { DebianPackages } from '../debian/packages.ts';
import { expectSuccess } from './expect-success.ts';

/** What every stage works with. */
export interface Workshop {
  readonly runner: CommandRunner;
  readonly clock: Clock;
  readonly debian: DebianPackages;
  readonly cacheDir: string;
  /** The folder that holds `node-image` and `workload-image`. */
  readonly recipeDir: string;
  readonly mirror: (deadline: Deadline) => Promise<MirrorAccess>;
  /** Debian's name of this machine's architecture and Go's happen to be equal for the two that we know. */
  readonly architecture: 'amd64' | 'arm64';
}

/** The machine's own mirror of Debian's main archive, for programs that do not ask apt. */
export interface MirrorAccess {
  readonly uri: string;
  /** The proxy that apt is told to use, in the form that wget understands. */
  readonly env: Readonly<Record<string, string>>;
}

/** A file or folder of the recipe. */
export function recipe(shop: Workshop, ...parts: readonly string[]): string {
  return join(shop.recipeDir, ...parts);
}

export interface Work {
  readonly argv: readonly [string, ...string[]];
  /** What the command is for, for the error message. */
  readonly what: string;
  readonly deadline: Deadline;
}

/** Runs a command that has to succeed and returns its standard output. @throws see expectSuccess */
export async function work(shop: Workshop, { argv, what, deadline }: Work): Promise<string> {
  const result = await shop.runner.run(argv, { deadline });
  return expectSuccess(result, argv, { what, deadline });
}
