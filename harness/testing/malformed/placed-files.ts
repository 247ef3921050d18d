import type { Malformed } from './malformed.ts';
import { another, CODE, MANIFEST, type Files } from './scenario-files.ts';

/** What can be wrong with files as such and between two scenarios: Y15, Y17, Y18. */
export const PLACED_FILES: readonly Malformed[] = [
  {
    id: 'Y15',
    what: 'one id in two folders',
    files: another('one'),
    told: ['02-one/one.scenario.ts:2:3  scenario one exists already in 01-one.'],
  },
  {
    id: 'Y15',
    what: 'one name for two pods',
    files: another('two', ['pod-hn', 'pod-plain2']),
    told: ['02-two/manifest.yaml:4:3  Pod pod-hn exists already in 01-one.'],
  },
  link(
    'a manifest that is a link to the outside',
    {
      'scenarios/01-one/manifest.yaml': { link: '../../outside.yaml' },
      'outside.yaml': MANIFEST,
    },
    '01-one/manifest.yaml  is a symbolic link that leads out of the scenario folder. Put a copy there.',
  ),
  link(
    'code that is a link to the outside',
    {
      'scenarios/01-one/one.scenario.ts': { link: '../../outside.ts' },
      'outside.ts': CODE,
    },
    '01-one/one.scenario.ts  is a symbolic link that leads out of the scenario folder. Put a copy there.',
  ),
  link(
    'a folder that is a link to the outside',
    {
      'scenarios/02-two': { link: '../outside' },
      'outside/manifest.yaml': MANIFEST,
    },
    '02-two  is a symbolic link that leads out of the scenario folder. Put a copy there.',
  ),
  link(
    'a link to a device',
    {
      'scenarios/01-one/README.md': { link: '/dev/zero' },
    },
    '01-one/README.md  is a symbolic link that leads out of the scenario folder. Put a copy there.',
  ),
  link(
    'a link to nothing',
    {
      'scenarios/01-one/README.md': { link: 'gone.md' },
    },
    '01-one/README.md  is missing.',
  ),
  link(
    'a link to itself',
    {
      'scenarios/01-one/README.md': { link: 'README.md' },
    },
    '01-one/README.md  is a symbolic link that leads to itself.',
  ),
  link('a link to a file inside, which is no mistake', {
    'scenarios/01-one/README.md': { link: '../02-two/README.md' },
    ...another('two'),
  }),
  link(
    'a folder in the place of a manifest',
    {
      'scenarios/01-one/manifest.yaml': { folder: true },
    },
    '01-one/manifest.yaml  is a folder, not a file.',
  ),
  link(
    'a missing manifest and a missing README, both told',
    {
      'scenarios/01-one/manifest.yaml': undefined,
      'scenarios/01-one/README.md': undefined,
    },
    '01-one/manifest.yaml  is missing.',
    '01-one/README.md  is missing.',
  ),
  {
    id: 'Y18',
    // Of two files that import each other, the one that is read first decides which of them is told.
    what: 'a file that imports itself',
    files: {
      'scenarios/01-one/one.scenario.ts': `import one from './one.scenario.ts';\nexport default { ...one, id: 'one' };\n`,
    },
    told: ["01-one/one.scenario.ts:2:21  cannot be loaded: Cannot access 'one' before initialization"],
  },
];

function link(what: string, files: Files, ...told: readonly string[]): Malformed {
  return { id: 'Y17', what, files, told };
}
