import {
  ask,
  CannotTell,
  defineScenario,
  podState,
  read,
  variantClaim,
  type Scene,
  type VariantUnderTest,
} from '../../harness/index.ts';

const POD = 'pod-for-exec';
const REFUSAL = 'exec [POD] [COMMAND] is not supported anymore';
/** The first kubectl that refuses; those before only warn (kubernetes/kubernetes#125437). */
const REFUSES_SINCE = 31;

const KUBECONFIG = '/etc/kubernetes/admin.conf';

/** Port 1 of the loopback address: nobody listens there. */
const NO_SERVER = ['--server', 'https://127.0.0.1:1'];

export default defineScenario({
  id: 'exec-form',
  title: 'The article’s exec commands fail on today’s kubectl: it wants -- before the command',
  article: { heading: 'Using the host node’s namespaces in a pod', lines: [25, 135] },
  tags: ['correction'],
  requires: { controlPlane: true },
  // Seven lines of the article, five different ones when all speak of one pod: 87 and 97 are alike, 131 and 135, too.
  variants: {
    'as-printed': [
      `exec ${POD} ifconfig`,
      `exec ${POD} ifconfid`,
      `exec ${POD} ps aux`,
      `exec ${POD} id`,
      `exec -it ${POD} ls /dev`,
    ],
    // The misspelt ifconfid would be found by no shell, with or without dashes.
    'with-dashes': [
      `exec ${POD} -- ifconfig`,
      `exec ${POD} -- ifconfig`,
      `exec ${POD} -- ps aux`,
      `exec ${POD} -- id`,
      `exec -it ${POD} -- ls /dev`,
    ],
    'with-dashes-no-such-pod': ['exec no-such-pod -- ifconfig', 'exec -it no-such-pod -- ls /dev'],
  },
  claims: [
    variantClaim({
      id: 'refused-without-dashes',
      must: 'kubectl 1.31 and later MUST refuse each of the article’s exec commands as printed, and run it with -- before the command',
      source: { lines: [25, 135], sentence: '$ kubectl exec pod-hpid-ipc ps aux' },
      correction: 'All seven exec commands lack the --, without which kubectl has refused them since 1.31.',
      subject: 'as-printed',
      control: 'with-dashes',
      partners: [POD],
      observe: async (variant, scene) => {
        const state = podState(await scene.pod(POD).read());
        if (state.kind !== 'running') throw new CannotTell(`${POD} does not run`);
        return attempts(linesOf(variant), scene);
      },
      show: showAttempts,
      subjectShows: {
        text: `exit 1 and “${REFUSAL}” each time`,
        holds: ({ runs }) => runs.every(isRefusal),
        unclear: onlyWarns,
      },
      controlShows: {
        text: 'exit 0 each time',
        holds: ({ runs }) => runs.every(({ exitCode }) => exitCode === 0),
        // The right form fails only where something else is wrong.
        unclear: (seen) => onlyWarns(seen) ?? seen.runs.find(isTrouble)?.said,
      },
    }),
    variantClaim({
      id: 'refused-before-any-server',
      must: 'kubectl MUST refuse the form itself, before it asks any server: the version of the cluster does not matter',
      source: { lines: [25, 135], sentence: '$ kubectl exec pod-hpid-ipc ps aux' },
      correction: 'All seven exec commands lack the --, without which kubectl has refused them since 1.31.',
      subject: 'as-printed',
      control: 'with-dashes',
      observe: (variant, scene) => attempts(linesOf(variant).slice(0, 1), scene, NO_SERVER),
      show: showAttempts,
      subjectShows: {
        text: `exit 1 and “${REFUSAL}”, as with a server`,
        holds: ({ runs }) => runs.every(isRefusal),
        unclear: onlyWarns,
      },
      controlShows: {
        text: 'exit 1, because no server answers',
        holds: ({ runs }) =>
          runs.every(
            ({ exitCode, said }) => exitCode === 1 && /server 127\.0\.0\.1:1 was refused/.test(said),
          ),
        unclear: onlyWarns,
      },
    }),
  ],
  mutants: [
    {
      id: 'dashes-inserted',
      change: '-- inserted before each command',
      fells: ['refused-without-dashes', 'refused-before-any-server'],
      subject: 'with-dashes',
    },
    {
      id: 'dashes-and-no-such-pod',
      change: '-- inserted and the pod’s name wrong: exit 1 as well, with another message',
      fells: ['refused-without-dashes', 'refused-before-any-server'],
      subject: 'with-dashes-no-such-pod',
    },
  ],
});

type Attempts = {
  readonly kubectl: string;
  readonly runs: readonly { readonly line: string; readonly exitCode: number; readonly said: string }[];
};

/** Runs the lines one after the other with the kubectl of the control plane, and asks which version it is. */
async function attempts(
  lines: readonly string[],
  { controlPlane: { runner }, namespace }: Scene,
  options: readonly string[] = [],
): Promise<Attempts> {
  const runs: Attempts['runs'][number][] = [];
  for (const line of lines) {
    const words = ['--kubeconfig', KUBECONFIG, '--namespace', namespace, ...options, ...line.split(' ')];
    const { exitCode, stderr } = await ask(runner, ['kubectl', ...words]);
    runs.push({ line, exitCode, said: errorIn(stderr) });
  }
  return { kubectl: await kubectlVersion(runner), runs };
}

async function kubectlVersion(runner: Scene['controlPlane']['runner']): Promise<string> {
  const text = await read(runner, ['kubectl', 'version', '--client', '--output', 'json']);
  const version = /"gitVersion": "v(\d+\.\d+[^"]*)"/.exec(text)?.[1];
  if (version === undefined) throw new CannotTell(`kubectl says no version: ${text.slice(0, 120)}`);
  return version;
}

/** What kubectl complains of: its line that begins with `error:`, otherwise the last one. */
function errorIn(stderr: string): string {
  const lines = stderr.trim().split('\n');
  return lines.find((line) => line.startsWith('error:')) ?? lines.at(-1) ?? '';
}

function linesOf({ value }: VariantUnderTest): readonly string[] {
  return Array.isArray(value) ? value.filter((line) => typeof line === 'string') : [];
}

function isRefusal({ exitCode, said }: Attempts['runs'][number]): boolean {
  return exitCode === 1 && said.startsWith(`error: ${REFUSAL}`);
}

function isTrouble(run: Attempts['runs'][number]): boolean {
  return run.exitCode !== 0 && !isRefusal(run);
}

function showAttempts({ kubectl, runs }: Attempts): string {
  const ends = runs.map(
    ({ exitCode, said }) => `exit ${String(exitCode)}${exitCode === 0 ? '' : ` ${said}`}`,
  );
  return `kubectl ${kubectl}, ${String(runs.length)} tried: ${[...new Set(ends)].join('; ')}`;
}

function onlyWarns({ kubectl, runs }: Attempts): string | undefined {
  if (runs.length === 0) return 'no command was tried';
  const [major = 0, minor = 0] = kubectl.split('.').map(Number.parseFloat);
  return major > 1 || minor >= REFUSES_SINCE
    ? undefined
    : `kubectl ${kubectl} only warns; it refuses since 1.${String(REFUSES_SINCE)}`;
}
