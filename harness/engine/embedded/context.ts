import type { CommandRunner } from '../../core/command.ts';
import type { ProgressStep } from '../../core/progress.ts';
import type { EngineLayout } from './layout.ts';
import type { EnginePackages } from './packages.ts';
import type { ProcessTable } from '../../core/process-identity.ts';

/** What every step of the embedded engine's life needs. */
export interface EmbeddedContext {
  readonly layout: EngineLayout;
  readonly packages: EnginePackages;
  readonly runner: CommandRunner;
  readonly table: ProcessTable;
  readonly processEnv: Readonly<Record<string, string | undefined>>;
  readonly step?: ProgressStep;
}
