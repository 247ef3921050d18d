import { describeResult, type CommandRunner } from '../core/command.ts';
import type { Deadline } from '../core/deadline.ts';
import { parseProbe, PROBE_SCRIPT, type ProbeAnswer } from './probe-script.ts';
import type { AnsweringEngine } from './patient.ts';

/** Marks the container, so that one that outlives its run can be told from others. */
const PROBE_LABEL = 'podproof.doctor';

/**
 * Starts one privileged container as kind's nodes are, asks it everything that only the inside of the daemon's
 * machine knows, and removes it. It has no network, mounts nothing and never pulls; it ends with its input, so even a
 * killed doctor leaves nothing running.
 *
 * @param images tried in this order; the first that the engine has is used
 */
export async function probeInContainer(
  engine: AnsweringEngine,
  images: readonly string[],
  { shell, deadline }: { readonly shell: CommandRunner; readonly deadline: Deadline },
): Promise<ProbeAnswer> {
  const there = await Promise.all(images.map((image) => engine.docker.images.has(image, deadline)));
  const image = images.find((_, index) => there[index] === true);
  if (image === undefined) return { kind: 'noImage' };
  const result = await shell.run(argvOf(engine.dockerCli, image), {
    deadline,
    env: engine.env,
    stdin: PROBE_SCRIPT,
  });
  // What it said to its end counts, also when a busy engine did not remove it in time.
  const facts = parseProbe(result.stdout);
  if (facts !== undefined) return { kind: 'ran', image, ...facts };
  return { kind: result.kind === 'timedOut' ? 'late' : 'failed', image, why: describeResult(result) };
}

function argvOf(dockerCli: string, image: string): [string, ...string[]] {
  return [
    dockerCli,
    ...['run', '--rm', '--interactive', '--pull', 'never', '--label', `${PROBE_LABEL}=1`],
    // As kind starts its nodes. The daemon's process list, to count what is used there.
    ...['--privileged', '--security-opt', 'seccomp=unconfined', '--security-opt', 'apparmor=unconfined'],
    ...['--pid', 'host', '--network', 'none', '--entrypoint', 'sh', image],
  ];
}
