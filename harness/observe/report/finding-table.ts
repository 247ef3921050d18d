import { paint, type Paint, type TextStyle } from '../../report/text-style.ts';
import { padText, wrapText } from '../../report/text-width.ts';
import type { Danger } from '../findings/danger.ts';
import type { Finding } from '../findings/findings.ts';
import { clean, names } from './words.ts';

const PAINTS: Readonly<Record<Danger, Paint>> = {
  node: 'bad',
  serious: 'bad',
  notable: 'unsure',
  none: 'faint',
};

/**
 * Three columns: what the pod has, what the control has, which field asks for it.
 *
 * @param all number of containers in the pod: what all of them have needs no names
 */
export function findingTable(findings: readonly Finding[], all: number, style: TextStyle): readonly string[] {
  if (findings.length === 0) return [];
  const room = style.width - 8;
  const first = Math.floor(room * 0.46);
  const second = Math.floor(room * 0.29);
  const widths = [first, second, room - first - second] as const;
  const heading = ['on the node it gets', 'the control', 'because of'] as const;
  return [
    ...row(heading, ' ', widths).map((line) => paint(style, 'faint', line)),
    ...findings.flatMap((finding) => {
      const cells = cellsOf(finding, all).map((text) => clean(text, style));
      const lines = row(cells, sign(finding.danger, style), widths);
      return lines.map((line) => paint(style, PAINTS[finding.danger], line));
    }),
  ];
}

function cellsOf({ containers, subject, control, because }: Finding, all: number): readonly string[] {
  const who = containers.length === 0 || containers.length === all ? '' : `${names(containers)}: `;
  return [who + subject, control === null ? '-' : withoutHead(control, subject), because ?? ''];
}

/** `port 80 of the node: refused` beside `port 80 of the node: answers` need only say `refused`. */
function withoutHead(control: string, subject: string): string {
  const head = control.slice(0, control.indexOf(': ') + 2);
  return head.length > 2 && control !== subject && subject.startsWith(head)
    ? control.slice(head.length)
    : control;
}

function sign(danger: Danger, { unicode }: TextStyle): string {
  return { node: unicode ? '‼' : 'X', serious: '!', notable: unicode ? '·' : '-', none: ' ' }[danger];
}

/** One row of cells, each broken into lines of its own width. */
function row(cells: readonly string[], mark: string, widths: readonly number[]): readonly string[] {
  const columns = widths.map((width, index) => wrapText(cells[index] ?? '', width));
  const height = Math.max(...columns.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) => {
    const texts = columns.map((lines, index) => padText(lines[line] ?? '', widths[index] ?? 0));
    return `  ${line === 0 ? mark : ' '} ${texts.join('  ')}`.trimEnd();
  });
}
