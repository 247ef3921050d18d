/** A table of GitHub's flavour; the cells of head and rows are escaped already. */
export function table(head: readonly string[], rows: readonly string[]): string {
  return [row(head), row(head.map(() => '---')), ...rows].join('\n');
}

export function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

const CELL = 400;

/** Text that stays text: no markup, no HTML, no mention of people, no break out of the cell. */
export function escapeCell(text: string): string {
  const short = text.length > CELL ? `${text.slice(0, CELL).toWellFormed()}…` : text;
  return short
    .replace(/[\\`*_{}[\]<>#|~$]/g, (sign) => `&#${String(sign.codePointAt(0))};`)
    .replace(/@(?=\w)/g, '&#64;')
    .replace(/\s*\n\s*/g, '<br>');
}

/** A code block whose fence is longer than any run of backticks in it. */
export function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text.toWellFormed()}\n${fence}`;
}
