import { readFile } from 'node:fs/promises';
import type { KeepFile } from '../../core/cluster.ts';
import { describeResult } from '../../core/command.ts';
import { Deadline } from '../../core/deadline.ts';
import { describeError } from '../../core/errors.ts';
import { stateFolder } from '../cluster-record.ts';
import type { ProviderDeps } from '../deps.ts';
import { MINIKUBE } from './ask.ts';
import { environmentOf, logOf } from './minikube-environment.ts';
import { describeStatus, parseStatus } from './status.ts';

type LogDeps = Pick<ProviderDeps, 'shell' | 'engine' | 'environment' | 'cacheDir'>;

const STATUS_MS = 8000;

/** minikube's log of its newest start and what it thinks of each node now. Never rejects. */
export async function keepLogs(
  cluster: string,
  keep: KeepFile,
  deadline: Deadline,
  deps: LogDeps,
): Promise<void> {
  const folder = stateFolder(deps.cacheDir, cluster);
  keep('minikube/start.log', await readFile(logOf(folder), 'utf8').catch(describeError));
  const asked = await deps.shell.run([MINIKUBE, '--profile', cluster, 'status', '--output=json'], {
    deadline: Deadline.in(STATUS_MS, 'minikube status', deadline.signal),
    env: environmentOf(folder, deps),
  });
  const nodes = parseStatus(asked.stdout);
  keep('minikube/status.txt', nodes === undefined ? describeResult(asked) : describeStatus(nodes));
}
