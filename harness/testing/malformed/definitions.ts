import type { Malformed } from './malformed.ts';
import { CODE } from './scenario-files.ts';

const CODE_FILE = '01-one/one.scenario.ts';

/** Code in place of the sound one; each line is told about it. */
function code(id: string, what: string, text: string, ...told: readonly string[]): Malformed {
  return {
    id,
    what,
    files: { [`scenarios/${CODE_FILE}`]: text },
    told: told.map((line) => (/^\d+:\d/.test(line) ? `${CODE_FILE}:${line}` : `${CODE_FILE}  ${line}`)),
  };
}

/** Jest has a loader of its own, with other words, and would be ended with its tests. */
function byNode(malformed: Malformed): Malformed {
  return { ...malformed, needsNode: true };
}

const edited = (from: string | RegExp, to: string): string => {
  const text = CODE.replace(from, () => to);
  if (text === CODE) throw new Error(`the sound code has no ${String(from)}`);
  return text;
};

const withId = (id: string): string => edited("id: 'one'", `id: ${JSON.stringify(id)}`);
const BAD_ID = 'must be lower-case words joined by dashes, at most 40 characters.';
const badIds = ['../../x', 'a/b', '🐳', 'x'.repeat(300)].map((id) =>
  code(
    'Y15',
    `the id ${id.slice(0, 10)}`,
    withId(id),
    `id ${JSON.stringify(id)} must equal the folder's name "one".`,
    `id ${JSON.stringify(id)} ${BAD_ID}`,
  ),
);

/** What can be wrong in the code, and what only code can do: Y26 to Y30. */
export const DEFINITIONS: readonly Malformed[] = [
  code(
    'Y11',
    'a misspelt field of the scenario',
    edited('mutants: [', 'mutnats: ['),
    '2:3  mutants is missing; it must be a list.',
    '2:3  unknown field "mutnats". Did you mean "mutants"?',
  ),
  code(
    'Y11',
    'a misspelt field of a claim',
    edited('subjectShows', 'subjectShow'),
    '7:7  claims[0].subjectShows is missing; it must be an object.',
    '7:7  unknown field "subjectShow" in claims[0]. Did you mean "subjectShows"?',
  ),
  code(
    'Y12',
    'a number instead of a text',
    edited("title: 'A pod says what it is'", 'title: 5'),
    '2:3  title must be text, not 5.',
  ),
  code(
    'Y12',
    'a text instead of a function',
    edited(/mutate: .*spec.hostNetwork,/, "mutate: 'later',"),
    '24:7  mutants[0].mutate must be a function, not "later".',
  ),
  code(
    'Y12',
    'lines that are no lines',
    edited('lines: [1, 1]', 'lines: [0, 1, 2]'),
    '7:7  claims[0].source.lines must be a pair of line numbers, the first line being 1, not a list.',
    '7:7  claims[0].source.lines[0] must be 1 or more, not 0.',
  ),
  code('Y15', 'no id', edited("  id: 'one',\n", ''), 'id is missing; it must be text.'),
  ...badIds,
  byNode(
    code(
      'Y18',
      'an import from the network',
      `import x from 'https://example.org/x.js';\n${CODE}`,
      "cannot be loaded: Only URLs with a scheme in: file, data, and node are supported by the default ESM loader. Received protocol 'https:'",
    ),
  ),
  code(
    'Y20',
    'no claim',
    edited(/claims: \[[^]*?\n {2}\],/, 'claims: [],'),
    'has no claim.',
    'mutant removed fells says-host, which is no claim of this scenario.',
    'mutant switched-off fells says-host, which is no claim of this scenario.',
  ),
  code(
    'Y20',
    'no expectation',
    edited(/subjectShows: .*\n/, '\n'),
    '7:7  claims[0].subjectShows is missing; it must be an object.',
  ),
  code(
    'Y21',
    'an expectation that accepts everything',
    edited(/holds: .*=== 'host' }/, 'holds: () => true }'),
    '7:7  claim says-host: subjectShows.holds accepts whatever it gets, so it proves nothing.',
  ),
  code(
    'Y21',
    'an empty pattern',
    edited(/holds: .*=== 'host' }/, 'holds: ({ word }) => /(?:)/.test(word) }'),
    '7:7  claim says-host: subjectShows.holds accepts whatever it gets, so it proves nothing.',
  ),
  code(
    'Y21',
    'the same expectation for subject and control',
    edited("word === 'own'", "word === 'host'"),
    '7:7  claim says-host: subjectShows.holds and controlShows.holds are the same, so the control cannot differ.',
  ),
  code(
    'Y21',
    'two functions of one factory, which is no mistake',
    edited("holds: ({ word }) => word === 'host'", "holds: is('host')").replace(
      "holds: ({ word }) => word === 'own'",
      "holds: is('own')",
    ) + 'function is(wanted) { return ({ word }) => word === wanted; }\n',
  ),
  code(
    'Y22',
    'a mutant with another image',
    mutant("spec.containers[0].image = 'alpine'"),
    'mutant removed: spec.containers.0.image must be localhost/podproof/workload:v1, which is on every node, or localhost:5001/podproof/NAME, which its scenario pushes, not "alpine".',
  ),
  code(
    'Y23',
    'a mutant that mounts a folder of the node',
    mutant("spec.volumes = [{ name: 'dev', hostPath: { path: '/dev' } }]"),
    "mutant removed uses hostPath /dev without saying so. Add `requires: { hostPath: { '/dev': 'why' } }` to the scenario.",
  ),
  code(
    'Y24',
    'a mutant that is privileged',
    mutant('spec.containers[0].securityContext = { privileged: true }'),
    "mutant removed uses privileged without saying so. Add `requires: { privileged: 'why' }` to the scenario.",
  ),
  code(
    'Y24',
    'privileged declared and not used',
    edited("id: 'one',", "id: 'one',\n  requires: { privileged: 'just in case' },"),
    'requires privileged, but neither the manifest nor a mutant uses it.',
  ),
  code(
    'Y24',
    'privileged declared without a reason',
    edited("id: 'one',", "id: 'one',\n  requires: { privileged: '' },"),
    '2:3  requires.privileged must be a text that is not empty, not "".',
  ),
  code(
    'Y26',
    'code that throws',
    `\n${CODE}throw new Error('not today');\n`,
    '38:7  cannot be loaded: not today',
  ),
  code('Y26', 'code that throws no error', `${CODE}throw null;\n`, 'cannot be loaded: null'),
  byNode(
    code(
      'Y26',
      'code that is no code',
      `export default {\n  id: 'one'\n  title: 5,\n};\n`,
      "3:1  cannot be loaded: Expected ',', got 'title'",
    ),
  ),
  byNode(
    code(
      'Y26',
      'an import of a file that is not there',
      `import { x } from './gone.ts';\n${CODE}`,
      "cannot be loaded: Cannot find module './gone.ts'",
    ),
  ),
  code(
    'Y27',
    'code that waits for something that never comes',
    `await new Promise(() => {});\n${CODE}`,
    'cannot be loaded: still waiting after 0.3 s; something in it is awaited and never comes',
  ),
  byNode(
    code(
      'Y28',
      'code that ends the process with 0',
      `process.exit(0);\n${CODE}`,
      '1:9  cannot be loaded: process.exit(0) was called',
    ),
  ),
  byNode(
    code(
      'Y27',
      'code that never gives the processor back',
      `for (;;);\n${CODE}`,
      'cannot be loaded: still computing after 10 s; a loop in it never ends',
    ),
  ),
  code('Y29', 'no export', 'const x = 1;\n', 'has no default export made by defineScenario.'),
  ...[
    ['null', 'null'],
    ['a list', '[]'],
    ['a function', '() => 1'],
  ].map(([shown = '', text = '']) =>
    code(
      'Y29',
      `the export ${text}`,
      `export default ${text};\n`,
      `the default export must be an object, not ${shown}.`,
    ),
  ),
  code(
    'Y29',
    'an export that throws when it is read',
    `export default { get id() { throw new Error('mine'); } };\n`,
    'has a default export that cannot be read: mine.',
  ),
  code(
    'Y27',
    'a mutant that never gives the processor back',
    mutant('for (;;)'),
    'a mutant or an expectation is still computing after 0.3 s; a loop in it never ends',
  ),
  code(
    'Y30',
    'a mutant that throws',
    mutant('spec.nothing.here = 1'),
    "mutant removed: its mutate throws: Cannot set properties of undefined (setting 'here').",
  ),
  code(
    'Y30',
    'a mutant that misspells',
    mutant('spec.hostNetwrok = true'),
    'mutant removed: unknown field "hostNetwrok" in Pod.spec. Did you mean "hostNetwork"?',
  ),
];

function mutant(statement: string): string {
  return edited('({ spec }) => delete spec.hostNetwork', `({ spec }) => { ${statement}; }`);
}
