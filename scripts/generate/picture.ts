import { readFile, writeFile } from 'node:fs/promises';

/**
 * Draws the console output of the recorded run as docs/run.svg, in the colours of a terminal.
 *
 * Run as `node scripts/generate/picture.ts [--check]`.
 */
const root = new URL('../../', import.meta.url);
const TARGET = new URL('docs/run.svg', root);
const { console: text } = JSON.parse(await readFile(new URL('docs/recorded-run.json', root), 'utf8')) as {
  readonly console: string;
};

const LINE = 18;
const COLUMN = 8.43;
const MARGIN = 20;

const lines = text.trimEnd().split('\n');
const width = Math.ceil(Math.max(...lines.map((line) => line.length)) * COLUMN + 2 * MARGIN);
const height = lines.length * LINE + 2 * MARGIN;
const rows = lines.map((line, index) => {
  const y = MARGIN + (index + 1) * LINE - 5;
  return `<text x="${String(MARGIN)}" y="${String(y)}" xml:space="preserve"${styleOf(line)}>${marked(line)}</text>`;
});
const svg = [
  `<svg xmlns="http://www.w3.org/2000/svg" width="${String(width)}" height="${String(height)}" viewBox="0 0 ${String(width)} ${String(height)}" font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="14" fill="#d8dee9">`,
  '<title>The output of npm run scenarios</title>',
  `<rect width="100%" height="100%" rx="8" fill="#1b1f27"/>`,
  ...rows,
  '</svg>',
  '',
].join('\n');

if (!process.argv.includes('--check')) {
  await writeFile(TARGET, svg);
} else if ((await readFile(TARGET, 'utf8').catch(() => '')) !== svg) {
  console.error('docs/run.svg is not current: run npm run docs');
  process.exitCode = 1;
}

/** Headings of scenarios in cyan, versions and totals in bold, the rest as it is. */
function styleOf(line: string): string {
  if (line.includes(' · article line')) return ' fill="#88c0d0" font-weight="bold"';
  if (line.startsWith('podproof ·')) return ' font-weight="bold"';
  if (/^\d+ scenarios? ·/.test(line)) return ' fill="#a3be8c" font-weight="bold"';
  return line.startsWith('      ') ? ' fill="#9aa5b5"' : '';
}

function marked(line: string): string {
  return escaped(line).replace(/^( {2})✔/, '$1<tspan fill="#a3be8c" font-weight="bold">✔</tspan>');
}

function escaped(line: string): string {
  return line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
