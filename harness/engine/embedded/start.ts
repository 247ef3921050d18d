import { readlink } from 'node:fs/promises';
import type { Deadline } from '../../core/deadline.ts';
import { EnvironmentError, InfrastructureError, type HarnessError } from '../../core/errors.ts';
import { done, hopeless, pending, poll } from '../../core/poll.ts';
import { askEngine } from '../engine-info.ts';
import type { EngineInfo } from '../types.ts';
import type { EmbeddedContext } from './context.ts';
import { baseRecord } from './base-record.ts';
import { daemonProcesses, ownProcesses } from './daemon-processes.ts';
import { writeJsonFile } from './json-file.ts';
import { createKindNetwork } from './kind-network.ts';
import { launchDaemon } from './launch.ts';
import { readLogTail } from './log-tail.ts';
import { removeOtherVersions } from './packages.ts';
import { identify, isAlive, type ProcessIdentity } from '../../core/process-identity.ts';
import { readState, writeState } from './state.ts';
import { stopAndRestore } from './stop.ts';

/**
 * The running daemon if it is healthy, otherwise a fresh one after repairing what an earlier one left. The caller
 * holds the engine's lock and the host lock.
 *
 * @throws InfrastructureError ENGINE_START_FAILED with the end of the daemon's log
 */
export async function adoptOrStart(context: EmbeddedContext, deadline: Deadline): Promise<EngineInfo> {
  await refuseForeignNetwork(context);
  const running = await healthyDaemon(context, deadline);
  if (running !== undefined) {
    context.step?.update('using the embedded engine that already runs');
    return running;
  }
  await repair(context, deadline);
  return startFresh(context, deadline);
}

/** Facts of our daemon when it runs and answers. */
export async function healthyDaemon(
  context: EmbeddedContext,
  deadline: Deadline,
): Promise<EngineInfo | undefined> {
  const state = await readState(context.layout);
  if (state === undefined || !(await isAlive(state.daemon, context.table))) return undefined;
  const answer = await askEngine({ endpoint: `unix://${context.layout.socket}`, env: {} }, deadline);
  if (answer.kind !== 'answers') return undefined;
  // dockerd answers without its containerd, but can start nothing any more.
  const own = ownProcesses(await daemonProcesses(), context.layout.folder);
  return own.some((process) => process.program === 'containerd') ? answer.info : undefined;
}

/** A daemon in a container that shares our cache folder answers on its socket, but its ports are not our ports. */
async function refuseForeignNetwork({ layout, table }: EmbeddedContext): Promise<void> {
  const state = await readState(layout);
  if (state === undefined || !(await isAlive(state.daemon, table))) return;
  const [theirs, ours] = await Promise.all([
    readlink(`/proc/${String(state.daemon.pid)}/ns/net`),
    readlink('/proc/self/ns/net'),
  ]);
  if (theirs === ours) return;
  throw new EnvironmentError(
    'ENGINE_ELSEWHERE',
    `The embedded engine of ${layout.folder} runs in another network namespace (process ${String(state.daemon.pid)}).`,
    { hint: 'Stop it where it was started, or use another cache folder with PODPROOF_CACHE.' },
  );
}

/** What cannot be put back is no reason not to start; processes of an earlier daemon in the same folders are. */
async function repair(context: EmbeddedContext, deadline: Deadline): Promise<void> {
  const { survivors, leftovers } = await stopAndRestore(context, deadline);
  if (survivors.length > 0) {
    throw new InfrastructureError(
      'ENGINE_REPAIR_FAILED',
      `An earlier embedded engine does not go away:\n  ${survivors.join('\n  ')}`,
      { hint: 'End it by hand or reboot; then try again.' },
    );
  }
  if (leftovers.length > 0) context.step?.update(`left by an earlier engine: ${leftovers.join('; ')}`);
}

async function startFresh(context: EmbeddedContext, deadline: Deadline): Promise<EngineInfo> {
  const { layout, table, step } = context;
  step?.update('starting the embedded engine');
  await writeJsonFile(layout.recordFile, await baseRecord(context, deadline));
  try {
    const pid = await launchDaemon(context);
    const daemon = await identify(pid, table);
    if (daemon === undefined) throw await startFailed(context, 'it ended at once');
    await writeState(layout, {
      schema: 1,
      daemon,
      startedAt: new Date().toISOString(),
      packages: context.packages.folder,
    });
    const info = await waitUntilReady(context, daemon, deadline);
    await createKindNetwork(context, deadline);
    await removeOtherVersions(layout.folder, context.packages.folder);
    return info;
  } catch (error) {
    const { leftovers } = await stopAndRestore(context, deadline);
    throw leftovers.length === 0 ? error : withLeftovers(error, leftovers);
  }
}

async function waitUntilReady(
  context: EmbeddedContext,
  daemon: ProcessIdentity,
  deadline: Deadline,
): Promise<EngineInfo> {
  const endpoint = `unix://${context.layout.socket}`;
  return poll(
    async () => {
      if (!(await isAlive(daemon, context.table))) return hopeless(await startFailed(context, 'it ended'));
      const answer = await askEngine({ endpoint, env: {} }, deadline);
      return answer.kind === 'answers' ? done(answer.info) : pending(`${answer.kind}: ${answer.why}`);
    },
    { deadline, pauseMs: 50, maxPauseMs: 250 },
  );
}

async function startFailed(context: EmbeddedContext, what: string): Promise<HarnessError> {
  const tail = (await readLogTail(context.layout.logFile, 4096)).trim().split('\n').slice(-6).join('\n  ');
  return new EnvironmentError(
    'ENGINE_START_FAILED',
    `The embedded engine does not start: ${what}.\n  ${tail}`,
    {
      hint: `The whole log is ${context.layout.logFile}. Or install and start Docker yourself.`,
    },
  );
}

function withLeftovers(error: unknown, leftovers: readonly string[]): Error {
  return new InfrastructureError(
    'ENGINE_START_FAILED',
    `The embedded engine did not start, and its traces could not all be removed:\n  ${leftovers.join('\n  ')}`,
    { cause: error },
  );
}
