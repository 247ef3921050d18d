import { readFile, writeFile } from 'node:fs/promises';
import { format } from 'prettier';
import { CHECKS } from '../../harness/doctor/all-checks.ts';
import { docOf, type Check, type Moment } from '../../harness/doctor/check.ts';

/**
 * Writes docs/doctor.md from the checks themselves.
 *
 * Run as `node scripts/generate/doctor.ts [--check]`.
 */
const TARGET = new URL('../../docs/doctor.md', import.meta.url);

const MOMENTS: Readonly<Record<Moment, string>> = {
  start: 'before anything is started',
  engine: 'as soon as the engine answers',
  cluster: 'before a new cluster is made',
  run: 'meets the same itself, before there is a cluster',
  doctor: 'not made: it changes nothing',
};

const HEAD = `# The doctor

<!-- Written by scripts/generate/doctor.ts from harness/doctor/checks: change it there. -->

\`\`\`sh
npm run doctor               # a table for people
npm run doctor -- --json     # the same for programs (schema 1)
\`\`\`

looks at everything that a run would depend on and tells what is wrong, why that matters and what to do. It judges by trying, not by version numbers, needs at most ten seconds (about one on a machine where all is well), starts no engine, makes no cluster and removes nothing. In an engine that runs already it starts one small container and removes it again; where none runs, checks that need one say so. \`--nodes\`, \`--image\` and \`--allow-remote-docker\` mean the same as for a run.

A run makes the checks by itself. It prints nothing when all is well and one line for a warning. It stops before there is a cluster when something would keep it from working.

| level | meaning |
| --- | --- |
| ok, info | all right; nothing to do |
| skipped | there was nothing to look at |
| auto-fixed | podproof works around it, and the result file says so |
| warn | it works, but something may go wrong |
| fail | it cannot work like this: exit 3 |
| refuse | it must not be done like this: exit 8 |
`;

const text = await format([HEAD, overview(), ...CHECKS.map(section)].join('\n'), {
  parser: 'markdown',
  printWidth: 110,
  singleQuote: true,
});

if (!process.argv.includes('--check')) {
  await writeFile(TARGET, text);
} else if ((await readFile(TARGET, 'utf8').catch(() => '')) !== text) {
  console.error('docs/doctor.md is not current: run node scripts/generate/doctor.ts');
  process.exitCode = 1;
}

function overview(): string {
  const rows = CHECKS.map(
    (check) =>
      `| [${check.id}](${docOf(check).replace('docs/doctor.md', '')}) | ${check.title} | ${MOMENTS[check.moment]} |`,
  );
  return ['', '| check | looks at | in a run |', '| --- | --- | --- |', ...rows, ''].join('\n');
}

function section({ id, title, about }: Check): string {
  const levels = Object.entries(about.levels).map(([level, when]) => `- **${level}**: ${when}`);
  const links = (about.links ?? []).map((link) => `<${link}>`);
  return [
    `## ${id} ${title}`,
    about.looks,
    about.matters,
    levels.join('\n'),
    `**What to do.** ${about.fix.join(' ')}`,
    ...(links.length === 0 ? [] : [`More: ${links.join(', ')}`]),
    '',
  ].join('\n\n');
}
