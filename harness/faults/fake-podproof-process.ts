/** podproof with a made-up cluster: the command line, the run, the judge and the clean-up are the real ones. */
import { planAndRun, type ProveContext } from '../compose/prove.ts';
import { main } from '../main.ts';
import { exited, fakeWorld, type FakeScript } from '../testing/fake-cluster.ts';

/** `PODPROOF_FAKE` says how the cluster behaves. */
const { PODPROOF_FAKE: behaviour = 'honest' } = process.env;

await main(process.argv.slice(2), proveOnFakes);

async function proveOnFakes(context: ProveContext): Promise<void> {
  const world = fakeWorld(script());
  const { name, provider, nodes, facts, reused } = world.cluster;
  context.sink.emit({
    type: 'cluster',
    name,
    provider,
    nodes: nodes.map((node) => node.name),
    facts,
    reused,
  });
  await planAndRun(context, world);

  function script(): FakeScript {
    let answers = 0;
    return {
      inPod: (_argv, who, namespace) => {
        answers += 1;
        const isCut = behaviour === 'cut' || (behaviour === 'cut once' && answers === 1);
        if (isCut) return { kind: 'inconclusive', why: 'cut', stdout: '', stderr: '', durationMs: 1 };
        if (behaviour === 'liar') return exited('own');
        // As a kernel would: what the pod's manifest asked for.
        const pod = world.created.find(
          ({ kind, metadata }) => kind === 'Pod' && metadata.name === who && metadata.namespace === namespace,
        );
        const spec = pod?.['spec'];
        const isHost =
          typeof spec === 'object' && spec !== null && 'hostNetwork' in spec && spec.hostNetwork === true;
        return exited(isHost ? 'host' : 'own');
      },
    };
  }
}
