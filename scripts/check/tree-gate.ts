import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { judge, type Gate } from './gate.ts';
import { OXLINT_CONFIG, oxlintConfig } from './oxlint-config.ts';
import { treeFindings } from './tree-findings.ts';

export const TREE_GATES: readonly Gate[] = [
  {
    name: 'tree',
    what: 'names of folders, foreign hosts and paths, files outside every room',
    run: (root, tree) => {
      const files = tree.map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
      const findings = treeFindings(files);
      return Promise.resolve(judge('files', files.length, findings.length === 0, findings.join('\n')));
    },
  },
  {
    name: 'generated',
    what: 'generated files are what their generator writes',
    run: (root) => {
      const path = join(root, OXLINT_CONFIG);
      const fresh = existsSync(path) && readFileSync(path, 'utf8') === oxlintConfig();
      return Promise.resolve(judge('files', 1, fresh, `${OXLINT_CONFIG} is stale: npm run check -- --write`));
    },
  },
];
