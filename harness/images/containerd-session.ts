import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Deadline } from '../core/deadline.ts';
import { InfrastructureError } from '../core/errors.ts';
import { describeResult } from '../core/command.ts';
import { done, hopeless, pending, poll } from '../core/poll.ts';
import type { StageJob } from './stage.ts';
import { work, type Workshop } from './workshop.ts';

/** Runs ctr in the namespace of Kubernetes against the private containerd. */
export type Ctr = (what: string, ...args: readonly string[]) => Promise<string>;

/** Plugins that would leave files or sockets outside the given folders, or that only running containers need. */
const DISABLED = [
  'io.containerd.cri.v1.images',
  'io.containerd.cri.v1.runtime',
  'io.containerd.grpc.v1.cri',
  'io.containerd.internal.v1.opt',
  'io.containerd.nri.v1.nri',
  'io.containerd.runtime.v2.task',
  'io.containerd.shim.v1.manager',
  'io.containerd.snapshotter.v1.blockfile',
  'io.containerd.snapshotter.v1.erofs',
  'io.containerd.snapshotter.v1.native',
];

/**
 * Starts a containerd of our own over `root`, hands it to `use` and stops it in order. It runs in mount and process
 * namespaces of its own: whatever happens, no mount and no process stays behind.
 */
export async function withContainerd(
  shop: Workshop,
  job: StageJob,
  session: {
    /** The folder of the programs containerd and ctr. */
    readonly programs: string;
    readonly root: string;
    readonly use: (ctr: Ctr) => Promise<void>;
  },
): Promise<void> {
  const { programs, root, use } = session;
  const state = join(job.into, 'run');
  const socket = join(state, 'c.sock');
  await mkdir(state);
  const config = join(state, 'config.toml');
  await writeFile(config, `version = 3\ndisabled_plugins = ${JSON.stringify(DISABLED)}\n`);
  const stop = new AbortController();
  const namespaces = [
    '--mount',
    '--propagation',
    'private',
    '--pid',
    '--fork',
    '--kill-child',
    '--mount-proc',
  ];
  const folders = ['--root', root, '--state', state, '--address', socket];
  let ended: string | undefined;
  const daemon = shop.runner
    .run(['unshare', ...namespaces, join(programs, 'containerd'), '--config', config, ...folders], {
      deadline: Deadline.in(
        job.deadline.remainingMs,
        'containerd',
        AbortSignal.any([job.deadline.signal, stop.signal]),
      ),
    })
    .then((result) => (ended = describeResult(result)));
  const ctr: Ctr = (what, ...args) =>
    work(shop, {
      argv: [join(programs, 'ctr'), '--address', socket, '--namespace', 'k8s.io', ...args],
      what,
      deadline: job.deadline,
    });
  try {
    await answering(shop, job, {
      argv: [join(programs, 'ctr'), '--address', socket, 'version'],
      ended: () => ended,
    });
    await use(ctr);
  } finally {
    stop.abort();
    await daemon;
    await rm(state, { recursive: true, force: true });
  }
}

async function answering(
  shop: Workshop,
  job: StageJob,
  { argv, ended }: { readonly argv: [string, ...string[]]; readonly ended: () => string | undefined },
): Promise<void> {
  await poll(
    async () => {
      const reason = ended();
      if (reason !== undefined)
        return hopeless(new InfrastructureError('IMAGE_BUILD_FAILED', `containerd: ${reason}`));
      const deadline = Deadline.in(5000, 'containerd to answer', job.deadline.signal);
      const result = await shop.runner.run(argv, { deadline });
      return result.kind === 'exited' && result.exitCode === 0 ? done(true) : pending(describeResult(result));
    },
    { deadline: Deadline.in(30_000, 'containerd to answer', job.deadline.signal) },
  );
}
