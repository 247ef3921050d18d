import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** What stands at a path below a test's folder. */
export type Planted =
  | string
  | Uint8Array
  | { readonly link: string }
  | { readonly folder: true }
  /** Not there, although the sound scenario has it. */
  | undefined;

export type Files = Readonly<Record<string, Planted>>;

/** The manifest of a sound scenario. */
export const MANIFEST = `apiVersion: v1
kind: Pod
metadata:
  name: pod-hn
spec:
  hostNetwork: true
  containers:
    - name: main
      image: localhost/podproof/workload:v1
      command: [sleep, infinity]
---
apiVersion: v1
kind: Pod
metadata:
  name: pod-plain
spec:
  containers:
    - name: main
      image: localhost/podproof/workload:v1
      command: [sleep, infinity]
`;

/** The code of a sound scenario; it says `host` and `own`, as the fake pods of these tests do. */
export const CODE = `export default {
  id: 'one',
  title: 'A pod says what it is',
  article: { heading: 'h', lines: [1, 2] },
  claims: [
    {
      id: 'says-host',
      must: 'The subject MUST say host, the control own',
      source: { lines: [1, 1], sentence: 's' },
      subject: 'pod-hn',
      control: 'pod-plain',
      observe: async (pod, scene) => {
        const result = await pod.runner.run(['say'], { deadline: scene.deadline });
        if (result.kind !== 'exited') throw new Error('no answer: ' + result.kind);
        return { word: result.stdout.trim() };
      },
      show: ({ word }) => word,
      subjectShows: { text: 'host', holds: ({ word }) => word === 'host' },
      controlShows: { text: 'own', holds: ({ word }) => word === 'own' },
    },
  ],
  mutants: [
    {
      id: 'removed',
      change: 'hostNetwork removed',
      fells: ['says-host'],
      mutate: ({ spec }) => delete spec.hostNetwork,
    },
    {
      id: 'switched-off',
      change: 'hostNetwork set to false',
      fells: ['says-host'],
      mutate: ({ spec }) => { spec.hostNetwork = false; },
    },
  ],
};
`;

/** A sound scenario named \`one\`, as files below the folder of all scenarios. */
export const SOUND: Files = {
  'scenarios/01-one/manifest.yaml': MANIFEST,
  'scenarios/01-one/one.scenario.ts': CODE,
  'scenarios/01-one/README.md': '# One\n',
};

/** A second one, for mistakes that need two. */
export function another(name: string, pods = ['pod-hn2', 'pod-plain2'], code = CODE): Files {
  const [subject = '', control = ''] = pods;
  const rename = (text: string): string =>
    text.replaceAll('pod-hn', subject).replaceAll('pod-plain', control).replace("id: 'one'", `id: '${name}'`);
  return {
    [`scenarios/02-${name}/manifest.yaml`]: rename(MANIFEST),
    [`scenarios/02-${name}/${name}.scenario.ts`]: rename(code),
    [`scenarios/02-${name}/README.md`]: '# Two\n',
  };
}

/** Writes files below a folder that is there. */
export async function plant(root: string, files: Files): Promise<void> {
  for (const [name, what] of Object.entries(files)) {
    const path = join(root, name);
    await mkdir(dirname(path), { recursive: true });
    if (what === undefined) continue;
    if (typeof what === 'string' || what instanceof Uint8Array) await writeFile(path, what);
    else if ('link' in what) await symlink(what.link, path);
    else await mkdir(path, { recursive: true });
  }
}
