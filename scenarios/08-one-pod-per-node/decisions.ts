import {
  done,
  NO_FREE_PORT,
  pending,
  type ObjectEvent,
  type Pod,
  type Scene,
  type WorkloadUnderTest,
} from '../../harness/index.ts';

const DECISIONS = ['Scheduled', 'FailedScheduling'];

type Decision = { readonly pod: Pod; readonly event: ObjectEvent };

/** What the scheduler told about each pod, as its last word. Events come apart from the status, a moment later. */
export async function decisions(workload: WorkloadUnderTest, scene: Scene): Promise<readonly Decision[]> {
  return scene.until('the scheduler to tell about every pod', 10_000, async () => {
    const told: Decision[] = [];
    for (const pod of await workload.pods()) {
      const events = await scene.events(pod);
      const event = events.findLast(({ reason }) => DECISIONS.includes(reason));
      if (event === undefined) return pending(`no event about ${pod.metadata.name}`);
      told.push({ pod, event });
    }
    return done(told);
  });
}

/** What the pod's own condition says about it. */
export function scheduling(pod: Pod): { scheduled: string; reason: string; message: string } {
  const condition = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  const { status = '', reason = '', message = '' } = condition ?? {};
  return { scheduled: status, reason, message };
}

type Told = ReturnType<typeof scheduling> & { readonly event: string; readonly eventMessage: string };

export function isRefused({ scheduled, reason, message, event, eventMessage }: Told): boolean {
  return (
    scheduled === 'False' &&
    reason === 'Unschedulable' &&
    event === 'Warning FailedScheduling' &&
    [message, eventMessage].every((text) => text.includes(NO_FREE_PORT))
  );
}

export function isScheduled({ scheduled, event }: Told): boolean {
  return scheduled === 'True' && event === 'Normal Scheduled';
}

/** The nodes for ordinary pods that have none of these. */
export function idleNodes({ nodes }: Pick<Scene, 'nodes'>, pods: readonly Pod[]): readonly string[] {
  const taken = new Set(pods.map(({ spec }) => spec.nodeName));
  return nodes.map(({ name }) => name).filter((name) => !taken.has(name));
}

/** Where a node has none of our pods and yet no free port, another workload has it, and nothing can be said about ours. */
export function takenByOthers(idle: readonly string[], refusals: readonly string[]): string | undefined {
  return idle.length > 0 && refusals.length > 0 && refusals.every((why) => why.includes(NO_FREE_PORT))
    ? `on ${idle.join(', ')} somebody else seems to have the port`
    : undefined;
}
