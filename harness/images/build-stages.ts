import { access, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Deadline } from '../core/deadline.ts';
import { describeError } from '../core/errors.ts';
import type { Progress } from '../core/progress.ts';
import { lanes, type LaneWidths } from './lanes.ts';
import { resultName } from './stage-keys.ts';
import type { Stage, StageJob } from './stage.ts';

export interface BuildStagesOptions {
  /** Results live here as `<stage>-<key>`. The caller holds the lock of this folder. */
  readonly folder: string;
  readonly keys: ReadonlyMap<string, string>;
  readonly progress: Progress;
  readonly deadline: Deadline;
  readonly widths: LaneWidths;
}

/**
 * Makes the result of `target` and whatever it needs that is not there yet. A result appears by one rename, so an
 * interrupted build loses only the stages that were running. The first failure stops the others.
 *
 * @returns the folder of the target
 * @throws the error of the first stage that failed, after all others have stopped
 */
export async function buildStages(
  stages: readonly Stage[],
  target: string,
  options: BuildStagesOptions,
): Promise<string> {
  await removePartial(options.folder);
  const abort = new AbortController();
  const failures: unknown[] = [];
  const inLane = lanes(options.widths);
  const wanted = new Map<string, Promise<string>>();
  const want = (name: string): Promise<string> => {
    const running = wanted.get(name) ?? make(find(stages, name));
    wanted.set(name, running);
    return running;
  };
  const make = async (stage: Stage): Promise<string> => {
    const folder = folderOf(stage.name, options);
    if (await exists(folder)) return folder;
    await Promise.all(stage.needs.map(want));
    return inLane(stage.lane, async () => {
      abort.signal.throwIfAborted();
      const either = AbortSignal.any([options.deadline.signal, abort.signal]);
      const deadline = Deadline.in(options.deadline.remainingMs, stage.title, either);
      const step = options.progress.step(stage.title, stage.estimateMs);
      try {
        return await build(stage, folder, { ...options, deadline, step });
      } catch (error) {
        // Before the lane is free again: the next stage in it must not start any more.
        step.fail(abort.signal.aborted ? 'stopped because another stage failed' : describeError(error));
        failures.push(error);
        abort.abort(error);
        throw error;
      }
    });
  };
  await want(target).catch(() => undefined);
  await Promise.allSettled(wanted.values());
  if (failures.length > 0) throw failures[0];
  return want(target);
}

/** Where the result of a stage is or will be. */
export function folderOf(name: string, place: Pick<BuildStagesOptions, 'folder' | 'keys'>): string {
  return join(place.folder, resultName(name, place.keys.get(name) ?? 'unknown'));
}

async function build(
  stage: Stage,
  folder: string,
  options: Pick<BuildStagesOptions, 'folder' | 'keys' | 'deadline'> & Pick<StageJob, 'step'>,
): Promise<string> {
  const { deadline, step } = options;
  const partial = join(dirname(folder), `${PARTIAL}${basename(folder)}`);
  await mkdir(partial, { recursive: true });
  await stage.build({ into: partial, deadline, step, folderOf: (name) => folderOf(name, options) });
  deadline.signal.throwIfAborted();
  await rename(partial, folder);
  step.done('built');
  return folder;
}

const PARTIAL = 'partial-';

async function removePartial(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    if (name.startsWith(PARTIAL)) await rm(join(folder, name), { recursive: true, force: true });
  }
}

function find(stages: readonly Stage[], name: string): Stage {
  const stage = stages.find((candidate) => candidate.name === name);
  if (stage === undefined) throw new Error(`there is no stage ${name}`);
  return stage;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
