import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { systemClock } from '../../core/clock.ts';
import type { CommandRunner } from '../../core/command.ts';
import { Deadline } from '../../core/deadline.ts';
import type { Pod } from '../../core/kube.ts';
import { exited, fakeWorld } from '../../testing/fake-cluster.ts';
import type { Board, BoardEntry } from './board.ts';
import { followPod, type Followed } from './follow.ts';

const recorded = (name: string): string =>
  readFileSync(new URL(`../fixtures/recorded/${name}`, import.meta.url), 'utf8');
const ID = 'a'.repeat(64);

const pod = (status: object, nodeName = 'worker-a'): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'n', uid: 'u' },
  spec: { nodeName, containers: [{ name: 'main', image: 'i' }] },
  status,
});
const unschedulable = pod(
  {
    phase: 'Pending',
    conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: '0/3 nodes' }],
  },
  '',
);
const ended = (reason: string): Pod =>
  pod({
    phase: 'Running',
    containerStatuses: [
      {
        name: 'main',
        restartCount: 1,
        containerID: `containerd://${ID}`,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { reason, exitCode: 1 } },
      },
    ],
  });

/** A node on which the container's process is gone, and the runtime remembers it. */
const onNode = ([program]: readonly string[]): ReturnType<typeof exited> =>
  exited(
    program === 'ctr'
      ? recorded('runtime-record-coredns.json')
      : program === 'ls'
        ? recorded('namespaces.txt')
        : '',
  );

/** Plays states of a pod, each after a pause. */
async function follow(
  states: readonly { readonly afterMs: number; readonly entry: BoardEntry }[],
  limitMs = 10_000,
): Promise<{ followed: Followed; ms: number }> {
  const { kube, cluster } = fakeWorld({ onNode });
  const startedAt = systemClock.now();
  const now = (): BoardEntry | undefined =>
    states.findLast(({ afterMs }) => systemClock.now() - startedAt >= afterMs)?.entry;
  const board: Board = {
    get: now,
    next: (_uid, atMostMs, deadline) => deadline.race(systemClock.sleep(Math.min(atMostMs, 50))),
    broken: new Promise<never>(() => undefined),
  };
  const first = states[0]?.entry.pod ?? unschedulable;
  const deadline = Deadline.in(limitMs, 'the pod');
  const runnerOf = ({ runner }: { runner: CommandRunner }): CommandRunner => runner;
  const followed = await followPod(first, { kube, cluster, board, deadline, runnerOf });
  return { followed, ms: systemClock.now() - startedAt };
}
const at = (afterMs: number, state: Pod, deleted = false): { afterMs: number; entry: BoardEntry } => ({
  afterMs,
  entry: { pod: state, deleted },
});

describe('followPod', () => {
  test('a refusal by the scheduler must stand for a moment before it counts', async () => {
    const { followed, ms } = await follow([at(0, unschedulable)]);
    expect(followed.ruling).toMatchObject({ kind: 'never', by: 'scheduler' });
    expect(ms).toBeGreaterThan(1400);
    const later = await follow([at(0, unschedulable), at(500, ended('Error'))]);
    expect(later.followed.containers[0]?.facts?.source).toBe('runtime record');
  });

  test('a container that ended before anybody looked is told from the runtime’s record, without delay', async () => {
    const { followed, ms } = await follow([at(0, ended('Error'))]);
    expect(followed.containers[0]?.facts).toMatchObject({ source: 'runtime record', noNewPrivs: true });
    expect(ms).toBeLessThan(5000);
  });

  test('a program that could not be started is not told from a record: nothing ever ran with it', async () => {
    const { followed } = await follow([at(0, ended('StartError'))]);
    expect(followed.containers[0]).toMatchObject({
      facts: undefined,
      ruling: { kind: 'never', by: 'runtime' },
    });
  });

  test('a pod that somebody deletes is not waited for', async () => {
    const moving = pod({ phase: 'Pending' });
    const { followed, ms } = await follow([at(0, moving), at(200, moving, true)]);
    expect(followed.deleted).toBe(true);
    expect(ms).toBeLessThan(5000);
  });

  test('the end of its time is no error: what was seen last is the answer', async () => {
    const { followed } = await follow([at(0, pod({ phase: 'Pending' }))], 400);
    expect(followed).toMatchObject({
      deleted: false,
      containers: [{ ruling: { kind: 'open', seen: 'unreported' } }],
    });
  });
});
