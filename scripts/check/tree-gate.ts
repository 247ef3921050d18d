import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { judge, runTool, type Gate, type GateResult } from './gate.ts';
import { OXLINT_CONFIG, oxlintConfig } from './oxlint-config.ts';
import { staleBorderFiles, treeFindings } from './tree-findings.ts';

export const TREE_GATES: readonly Gate[] = [
  {
    name: 'tree',
    what: 'names of folders, foreign hosts and paths, files outside every room',
    run: (root, tree) => {
      const files = tree.map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
      const findings = [...treeFindings(files), ...staleBorderFiles(tree)];
      return Promise.resolve(judge('files', files.length, findings.length === 0, findings.join('\n')));
    },
  },
  { name: 'generated', what: 'generated files are what their generator writes', run: generated },
];

/** Every script of `scripts/generate/` understands `--check` and then ends with 1 when its file is stale. */
async function generated(root: string, tree: readonly string[]): Promise<GateResult> {
  const config = join(root, OXLINT_CONFIG);
  const isFresh = existsSync(config) && readFileSync(config, 'utf8') === oxlintConfig();
  const stale = isFresh ? [] : [`${OXLINT_CONFIG} is stale: npm run check -- --write`];
  const generators = tree.filter((path) => /^scripts\/generate\/[^/]+(?<!\.test)\.ts$/.test(path));
  for (const generator of generators) {
    const { exitCode, stdout, stderr } = await runTool(root, ['node', generator, '--check']);
    if (exitCode !== 0) stale.push(`${generator} --check: ${stdout}${stderr}`.trim());
  }
  return judge('files', 1 + generators.length, stale.length === 0, stale.join('\n'));
}
