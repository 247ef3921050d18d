import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { UsageError } from '../core/errors.ts';

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

export interface ScaffoldOptions {
  /** What the scenario will be called: its id and the end of its folder's name. */
  readonly name: string;
  /** The folder of scenarios. */
  readonly scenarios: string;
  /** The one door for scenarios, harness/index.ts. */
  readonly door: string;
}

/**
 * Writes a scenario that works as it is: two pods, one claim, two mutants. Whoever wants another one changes it step
 * by step and always has something that runs.
 *
 * @returns the new folder
 * @throws UsageError SCENARIO_NAME, SCENARIO_EXISTS; nothing is written then
 * @example await scaffold({ name: 'read-only-root', scenarios: 'scenarios', door: 'harness/index.ts' })
 */
export async function scaffold({ name, scenarios, door }: ScaffoldOptions): Promise<string> {
  if (!NAME.test(name) || name.length > 40) {
    throw new UsageError('SCENARIO_NAME', `${JSON.stringify(name)} cannot be the name of a scenario.`, {
      hint: 'Lower-case words joined by dashes, at most 40 characters: `npm run new:scenario read-only-root`.',
    });
  }
  const folders = existsSync(scenarios) ? await readdir(scenarios) : [];
  const same = folders.find((folder) => folder.replace(/^\d+-/, '') === name);
  if (same !== undefined) {
    throw new UsageError('SCENARIO_EXISTS', `There is a scenario of that name: ${join(scenarios, same)}.`, {
      hint: 'Choose another name, or change that one.',
    });
  }
  const folder = join(scenarios, `${nextNumber(folders)}-${name}`);
  await mkdir(folder, { recursive: true });
  const from = relative(folder, door).replaceAll('\\', '/');
  const files = {
    'README.md': readme(name),
    'manifest.yaml': manifest(name),
    [`${name}.scenario.ts`]: code(name, from),
  };
  for (const [file, text] of Object.entries(files)) await writeFile(join(folder, file), text, { flag: 'wx' });
  return folder;
}

function nextNumber(folders: readonly string[]): string {
  const numbers = folders.map((folder) => Number(/^(\d+)-/.exec(folder)?.[1] ?? '0'));
  return String(Math.max(0, ...numbers) + 1).padStart(2, '0');
}

function manifest(name: string): string {
  return `# The pod under test: its root file system cannot be written.
apiVersion: v1
kind: Pod
metadata:
  name: pod-${name}
spec:
  containers:
    - name: main
      image: localhost/podproof/workload:v1
      command: [sleep, infinity]
      securityContext:
        readOnlyRootFilesystem: true
---
# The control: the same pod without the field under test.
apiVersion: v1
kind: Pod
metadata:
  name: pod-${name}-control
spec:
  containers:
    - name: main
      image: localhost/podproof/workload:v1
      command: [sleep, infinity]
`;
}

function code(name: string, door: string): string {
  return `import { ask, claim, defineScenario, everyContainer } from '${door}';

export default defineScenario({
  id: '${name}',
  title: 'A container with readOnlyRootFilesystem cannot write to its root file system',
  // Where the article speaks of it: heading, first and last line (blank lines count, the title is line 1).
  article: { heading: 'Configuring the container’s security context', lines: [80, 84] },
  tags: ['own'],
  claims: [
    claim({
      id: 'cannot-write',
      must: 'A container with readOnlyRootFilesystem MUST be refused when it makes a file in /',
      source: { lines: [82, 84], sentence: 'Configuring the security context allows you to do various things' },
      subject: 'pod-${name}',
      control: 'pod-${name}-control',
      // Asked of both pods. What stops you from looking is \`throw new CannotTell(…)\`: inconclusive, never an answer.
      observe: async (pod) => {
        const { exitCode, stderr } = await ask(pod.runner, ['touch', '/file']);
        return { exitCode, why: stderr.trim() };
      },
      show: ({ exitCode, why }) => (exitCode === 0 ? 'makes the file' : why),
      subjectShows: {
        text: 'Read-only file system',
        holds: ({ exitCode, why }) => exitCode !== 0 && why.includes('Read-only file system'),
      },
      controlShows: { text: 'a new file', holds: ({ exitCode }) => exitCode === 0 },
    }),
  ],
  // Changes of the subject under which the claim must turn \`contradicted\`. If it still holds, it proves nothing.
  mutants: [
    {
      id: 'field-removed',
      change: 'readOnlyRootFilesystem removed',
      fells: ['cannot-write'],
      mutate: everyContainer((container) => delete container.securityContext),
    },
    {
      id: 'another-user-instead',
      change: 'another user instead: makes no file either, but for another reason',
      fells: ['cannot-write'],
      mutate: everyContainer((container) => (container.securityContext = { runAsUser: 405 })),
    },
  ],
});
`;
}

function readme(name: string): string {
  return `# ${name}

**The article says** …

**What really happens.** …

**How podproof proves it.** …

| claim          | subject | control |
| -------------- | ------- | ------- |
| \`cannot-write\` | refused | allowed |

## By hand

\`\`\`sh
kubectl apply -f manifest.yaml
kubectl wait --for=condition=Ready pod/pod-${name} pod/pod-${name}-control
kubectl exec pod-${name} -- touch /file || echo "refused, as it must be"
kubectl exec pod-${name}-control -- touch /file
kubectl delete -f manifest.yaml
\`\`\`
`;
}
