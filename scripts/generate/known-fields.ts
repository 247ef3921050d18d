import { readFile, writeFile } from 'node:fs/promises';
import * as models from '@kubernetes/client-node';
import { format } from 'prettier';

/**
 * Writes the fields that Kubernetes knows, for the kinds scenarios may use, to one JSON file. The loader reads it
 * to find misspelt fields before any cluster exists: the typed models of the client library would drop them
 * silently, and the server can only complain once it runs.
 *
 * Run as `node scripts/generate/known-fields.ts [--check]`.
 */
const TARGET = new URL('../../harness/scenario/known-fields.json', import.meta.url);
const ROOTS = ['V1Pod', 'V1Service', 'V1Deployment', 'V1DaemonSet', 'V1ConfigMap'];

interface Model {
  attributeTypeMap?: readonly { readonly baseName: string; readonly type: string }[];
}

const types: Record<string, Record<string, string>> = {};
const queue = [...ROOTS];
for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
  const model = (models as unknown as Record<string, Model | undefined>)[name];
  if (types[name] !== undefined || model?.attributeTypeMap === undefined) continue;
  const fields = Object.fromEntries(model.attributeTypeMap.map(({ baseName, type }) => [baseName, type]));
  types[name] = fields;
  queue.push(...Object.values(fields).flatMap((type) => type.match(/V\d\w+/g) ?? []));
}
// Nobody writes a status or managed fields into a manifest.
for (const root of ROOTS) delete types[root]?.['status'];
const used = new Set<string>();
const visit = (name: string): void => {
  if (used.has(name) || types[name] === undefined) return;
  used.add(name);
  for (const type of Object.values(types[name])) (type.match(/V\d\w+/g) ?? []).forEach(visit);
};
ROOTS.forEach(visit);
const kept = Object.fromEntries(
  Object.entries(types)
    .filter(([name]) => used.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1)),
);
const text = await format(
  JSON.stringify({ source: '@kubernetes/client-node 2.0.1, generated from Kubernetes 1.35', types: kept }),
  { parser: 'json' },
);

if (process.argv.includes('--check')) {
  if ((await readFile(TARGET, 'utf8')) !== text) {
    console.error(
      'harness/scenario/known-fields.json is not current: run node scripts/generate/known-fields.ts',
    );
    process.exitCode = 1;
  }
} else {
  await writeFile(TARGET, text);
  console.log(`${String(Object.keys(kept).length)} types written`);
}
