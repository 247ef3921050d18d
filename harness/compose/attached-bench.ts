import { lookup } from 'node:dns/promises';
import { attachments, attachedProvider } from '../clusters/attached/provider.ts';
import { judgedContext } from '../clusters/attached/judged-context.ts';
import type { AttachedDeps, AttachWish } from '../clusters/attached/deps.ts';
import type { KeepingProvider } from '../clusters/deps.ts';
import { kubeconfigFiles, type Places } from '../config/places.ts';
import type { RunSettings } from '../config/settings.ts';
import { connect } from '../kube/client.ts';
import { readUserContexts } from '../kube/user-kubeconfig.ts';
import { local } from '../shell/local.ts';
import { startAttachedLeakCheck } from './leak-check.ts';
import { sweepDead } from './sweep-dead.ts';
import { tcpConnects } from './tcp-connects.ts';
import type { WorkbenchOptions } from './workbench.ts';

/** The way to an existing cluster. There is no container engine: none is looked for, and none is started. */
export interface AttachedBench {
  readonly provider: KeepingProvider;
}

type AttachedOptions = Pick<WorkbenchOptions, 'places' | 'progress' | 'deadline' | 'undo' | 'onLeftovers'> & {
  readonly settings: RunSettings;
  /** Told what changed in the cluster meanwhile and is not ours. */
  readonly onMeanwhile: (changes: readonly string[]) => void;
};

const LOOK_MS = 20_000;
const CONNECT_MS = 2000;

/**
 * Makes sure that the user named a cluster, agreed to what will happen to it, and that its server may be connected to.
 * Connects to nothing.
 *
 * @throws SafetyError, UsageError as `judgedContext`
 */
export async function requireConsent(settings: RunSettings): Promise<void> {
  await judgedContext(judging(settings));
}

/**
 * Ends what dead runs left attached and looks at the files that must stay as they are. What follows is like with every
 * other provider.
 */
export async function openAttached(options: AttachedOptions): Promise<AttachedBench> {
  const { places, deadline, undo, settings, onMeanwhile } = options;
  await requireConsent(settings);
  const provider = attachedProvider({
    ...judging(settings),
    ...detaching(places),
    shell: local(),
    connects: tcpConnects(CONNECT_MS),
    onMeanwhile,
  });
  await sweepDead(provider, options);
  const lookAgain = await startAttachedLeakCheck({ attachments: provider, cacheDir: places.cache }, deadline);
  undo.register({
    what: 'the look for leftovers',
    budgetMs: LOOK_MS,
    undo: async (within) => options.onLeftovers(await lookAgain(within)),
  });
  return { provider };
}

/** For whoever cleans up. */
export function allAttachments(places: Places): ReturnType<typeof attachments> {
  return attachments(detaching(places));
}

function detaching({ cache }: Places): Pick<AttachedDeps, 'cacheDir' | 'connectKube'> {
  return { cacheDir: cache, connectKube: (kubeconfig) => connect({ kubeconfig, isJudged: true }) };
}

function judging(settings: RunSettings): Pick<AttachedDeps, 'contexts' | 'wish' | 'lookup'> {
  return {
    contexts: () => readUserContexts(kubeconfigFiles(process.env)),
    wish: wishOf(settings),
    lookup: async (host) => (await lookup(host, { all: true })).map(({ address }) => address),
  };
}

/** What was said about the cluster, in the words of the provider. */
export function wishOf(settings: Partial<RunSettings>): AttachWish {
  const {
    context,
    iOwnThisCluster = false,
    allowServer = [],
    allowExecPlugin = false,
    workloadImage,
  } = settings;
  return { context, ownsCluster: iOwnThisCluster, allowServers: allowServer, allowExecPlugin, workloadImage };
}
