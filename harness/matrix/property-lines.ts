import { labelled } from '../report/labelled.ts';
import { paint, type TextStyle } from '../report/text-style.ts';
import { cutText, wrapText } from '../report/text-width.ts';
import { splitProperties } from './goes-with.ts';
import type { MatrixV1 } from './stored-matrix.ts';

/** The result files have the rest. */
const SHORT = 60;

/** What the cells that were run are made of: what differs cell by cell, the rest in one paragraph. */
export function propertyLines({ cells }: MatrixV1, style: TextStyle): readonly string[] {
  const run = cells.flatMap((cell, index) => (cell.state === 'run' ? [{ ...cell, number: index + 1 }] : []));
  if (run.length === 0) return [];
  const { different, same } = splitProperties(run.map(({ versions }) => versions));
  const [first] = run;
  const shared = same.map((fact) => cutText(`${fact} ${first?.versions[fact] ?? ''}`, SHORT));
  const label = run.length === 1 ? '' : 'the same in all: ';
  return [
    ...different.flatMap((fact) => [
      paint(style, 'strong', fact),
      ...run.flatMap(({ number, versions }) => labelled(String(number), versions[fact] || '—', style)),
    ]),
    ...(shared.length === 0
      ? []
      : wrapText(label + shared.join(' · '), style.width).map((line) => paint(style, 'faint', line))),
  ];
}

/** Claims with the same verdict everywhere of which something else was seen. */
export function otherwiseLines({ claims }: MatrixV1, style: TextStyle): readonly string[] {
  const rows = claims.filter(({ isOtherwiseSeen }) => isOtherwiseSeen);
  if (rows.length === 0) return [];
  return [
    '',
    paint(style, 'strong', 'the same verdict, seen otherwise'),
    ...rows.flatMap(({ id, answers }) => [
      '',
      paint(style, 'title', id),
      ...answers.flatMap(({ kind, seen, controlSeen }, index) =>
        kind === 'not run'
          ? []
          : labelled(
              String(index + 1),
              controlSeen === '' ? seen : `${seen} (control: ${controlSeen})`,
              style,
            ),
      ),
    ]),
  ];
}
