import { readFile, writeFile } from 'node:fs/promises';
import { format } from 'prettier';
import { KNOWN_ERRORS } from '../../harness/core/known-errors/recognise.ts';
import type { KnownError } from '../../harness/core/known-errors/known-error.ts';

/**
 * Writes docs/errors.md from the catalogue of known messages.
 *
 * Run as `node scripts/generate/errors.ts [--check]`.
 */
const TARGET = new URL('../../docs/errors.md', import.meta.url);

const count = Object.values(KNOWN_ERRORS).flat().length;
const HEAD = `# Messages and what they mean

<!-- Written by scripts/generate/errors.ts from harness/core/known-errors: change it there. -->

podproof stands on much other software: Docker, kind, kubeadm, the kubelet, containerd, runc, Go, apt. When one of them fails, podproof shows what it said. ${String(count)} of these messages it knows; then the report also has an id (\`known\`), the cause, what to do, and a link. A text that nobody knows is shown as it is. Search this page for the text you see; [the doctor](doctor.md) looks at the machine itself.

Ids are stable. When several known messages stand in one text, the reason is named and not what follows from it; messages that only follow from something else are marked “symptom” here.
`;

const families = Object.entries(KNOWN_ERRORS).map(([family, errors]) =>
  [`## ${family.charAt(0).toUpperCase() + family.slice(1)}`, ...errors.map(section)].join('\n\n'),
);
const text = await format([HEAD, ...families].join('\n\n'), {
  parser: 'markdown',
  printWidth: 110,
  singleQuote: true,
});

if (!process.argv.includes('--check')) {
  await writeFile(TARGET, text);
} else if ((await readFile(TARGET, 'utf8').catch(() => '')) !== text) {
  console.error('docs/errors.md is not current: run node scripts/generate/errors.ts');
  process.exitCode = 1;
}

function section({ id, sample, cause, hint, link, isSymptom }: KnownError): string {
  return [
    `### ${id}`,
    ['```text', sample, '```'].join('\n'),
    `${isSymptom === true ? '_Symptom._ ' : ''}${cause} ${hint}`,
    `<${link}>`,
  ].join('\n\n');
}
