import { Deadline } from '../../core/deadline.ts';
import { silentProgress } from '../../core/progress.ts';
import type { ProviderName } from '../registry.ts';
import { openBench } from './bench.e2e.fixture.ts';

/**
 * `node create-and-wait.e2e.fixture.ts PROVIDER` makes a cluster, prints its name as soon as it has one, and
 * never removes it: the test kills this process in the middle.
 */
const [provider = ''] = process.argv.slice(2);
const bench = await openBench(provider as ProviderName);
await bench.provider.create(bench.spec(1), {
  deadline: Deadline.in(300_000, 'the cluster'),
  progress: silentProgress,
  onBeforeCreate: (name) => process.stdout.write(`${name}\n`),
});
