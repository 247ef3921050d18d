import type { Danger } from '../findings/danger.ts';
import { byDanger } from '../findings/danger.ts';
import type { Finding } from '../findings/findings.ts';
import { formatMs } from '../../report/duration.ts';
import { sanitizeText } from '../../core/sanitize-text.ts';
import { paint, plainSigns, type Paint, type TextStyle } from '../../report/text-style.ts';
import { padText, wrapText } from '../../report/text-width.ts';
import { evidenceLines } from './evidence-lines.ts';
import type { ObserveReportV1, OutcomeV1, PodReportV1 } from './report-v1.ts';
import { securityLines } from './security-lines.ts';

/** The report for people: the most dangerous pod first, in each the worst finding first. Ends with a line break. */
export function observeTable(report: ObserveReportV1, style: TextStyle): string {
  const pods = report.pods.toSorted((one, other) => byDanger(one.danger, other.danger));
  const lines = [
    ...pods.flatMap((pod) => [...podLines(pod, style), '']),
    ...notObservedLines(report, style),
    ...summaryLines(report, style),
  ];
  return `${lines.map((line) => plainSigns(style, line)).join('\n')}\n`;
}

function podLines(report: PodReportV1, style: TextStyle): readonly string[] {
  const { origin, pod, outcome, findings, control, notes } = report;
  const where = pod?.node === null || pod === null ? '' : ` · on ${pod.node}`;
  const title = `${clean(origin.name || '(no name)')} · ${clean(origin.kind)}${where} · ${formatMs(report.ms)}`;
  const told = findings.filter(
    ({ danger, differs, kind }) => danger !== 'none' || differs || kind === 'host port',
  );
  const same = findings.filter((finding) => !told.includes(finding));
  const all = report.containers.length;
  return [
    ...wrapText(title, style.width).map((line) => paint(style, 'title', line)),
    ...indented(clean(`${origin.file}:${String(origin.line)}`), 'faint', style),
    ...indented(outcomeText(outcome), outcomePaint(outcome), style),
    ...securityLines(report.podSecurity, style),
    ...containerLines(report, style),
    ...findingTable(told, all, style),
    ...sameLines(same, report, style),
    ...(control === null || control.outcome.kind === 'observed'
      ? []
      : indented(`the control ${outcomeText(control.outcome)}`, 'unsure', style)),
    ...notes.flatMap((note) => indented(`note: ${clean(note)}`, 'faint', style)),
    ...evidenceLines(report.evidence ?? [], style),
  ];
}

function outcomeText(outcome: OutcomeV1): string {
  switch (outcome.kind) {
    case 'observed':
      return '';
    case 'never runs':
      return `never runs (${outcome.by}): ${clean(outcome.why)}`;
    case 'could not tell':
      return `could not tell: ${clean(outcome.why)}`;
  }
}

function outcomePaint({ kind }: OutcomeV1): Paint {
  return kind === 'never runs' ? 'strong' : 'unsure';
}

/** Only containers that have something of their own to say. */
function containerLines({ containers, outcome }: PodReportV1, style: TextStyle): readonly string[] {
  return containers.flatMap((container) => {
    const substituted =
      container.substituted === null
        ? ''
        : ` runs the substitute for ${clean(container.image)}, ${container.substituted}`;
    const isTold =
      container.outcome.kind === 'observed' || (outcome.kind !== 'observed' && containers.length === 1);
    const own = isTold ? '' : ` ${outcomeText(container.outcome)}`;
    const gone =
      container.source === 'runtime record' ? ' had ended: what the runtime was told is shown' : '';
    const words = [substituted, own, gone].filter((word) => word !== '').join(';');
    return words === '' ? [] : indented(`container ${clean(container.name)}${words}`, 'faint', style);
  });
}

const SIGNS: Readonly<Record<Danger, string>> = { node: '‼', serious: '!', notable: '·', none: ' ' };
const PAINTS: Readonly<Record<Danger, Paint>> = {
  node: 'bad',
  serious: 'bad',
  notable: 'unsure',
  none: 'faint',
};

/** Three columns: what the pod has, what the control has, which field asks for it. */
function findingTable(findings: readonly Finding[], containers: number, style: TextStyle): readonly string[] {
  if (findings.length === 0) return [];
  const room = style.width - 4;
  const widths = [Math.floor(room * 0.45), Math.floor(room * 0.28)] as const;
  const third = room - widths[0] - widths[1] - 4;
  const rows = findings.map((finding) => {
    const who =
      finding.containers.length === 0 || finding.containers.length === containers
        ? ''
        : `${names(finding.containers)}: `;
    return {
      danger: finding.danger,
      cells: [
        wrapText(clean(`${who}${finding.subject}`), widths[0]),
        wrapText(clean(finding.control ?? '-'), widths[1]),
        wrapText(clean(finding.because ?? ''), third),
      ] as const,
    };
  });
  const heading = `    ${padText('on the node it gets', widths[0])}  ${padText('the control', widths[1])}  because of`;
  return [
    paint(style, 'faint', heading),
    ...rows.flatMap(({ danger, cells: [first, second, cause] }) =>
      Array.from({ length: Math.max(first.length, second.length, cause.length) }, (_, index) => {
        const sign = index === 0 ? paint(style, PAINTS[danger], SIGNS[danger]) : ' ';
        const text = padText(first[index] ?? '', widths[0]);
        const line = `  ${sign} ${danger === 'none' ? text : paint(style, PAINTS[danger], text)}  ${padText(second[index] ?? '', widths[1])}  ${cause[index] ?? ''}`;
        return line.trimEnd();
      }),
    ),
  ];
}

const MOST_NAMES = 3;

function names(containers: readonly string[]): string {
  return containers.length > MOST_NAMES
    ? `${containers.slice(0, MOST_NAMES).join(', ')} and ${String(containers.length - MOST_NAMES)} more`
    : containers.join(', ');
}

/** Everything that is nothing special, in one paragraph. */
function sameLines(
  same: readonly Finding[],
  { control, containers }: PodReportV1,
  style: TextStyle,
): readonly string[] {
  if (same.length === 0) return [];
  const groups = Map.groupBy(same, ({ containers: who }) =>
    who.length === 0 || who.length === containers.length ? '' : `${names(who)}: `,
  );
  const words = [...groups].map(([who, findings]) => who + ordinaryWords(findings).join(' · '));
  const head = control === null ? 'has' : 'like the control';
  return words.flatMap((text) => indented(`= ${head}: ${clean(text)}`, 'faint', style));
}

function ordinaryWords(findings: readonly Finding[]): readonly string[] {
  const namespaces = findings.filter(({ kind }) => kind === 'namespace');
  const [shared, own] = ['shares', 'own'].map((verb) =>
    namespaces.filter(({ subject }) => subject.startsWith(verb)).map(({ about }) => about),
  );
  return [
    ...(own?.length ? [`own ${own.join(', ')} namespace`] : []),
    ...(shared?.length ? [`the node's ${shared.join(', ')} namespace`] : []),
    ...findings.filter(({ kind }) => kind !== 'namespace').map(({ subject }) => subject),
  ];
}

function notObservedLines({ notObserved }: ObserveReportV1, style: TextStyle): readonly string[] {
  if (notObserved.length === 0) return [];
  const lines = notObserved.flatMap(({ file, line, column, kind, name, why }) => {
    const place = `${file}${line === null ? '' : `:${String(line)}`}${column === null ? '' : `:${String(column)}`}`;
    const what = kind === null ? '' : ` ${kind} ${name ?? ''}`.trimEnd();
    return indented(clean(`${place}${what}: ${why}`), 'faint', style);
  });
  return [paint(style, 'strong', 'not observed'), ...lines, ''];
}

function summaryLines({ counts, totalMs, cleanup }: ObserveReportV1, style: TextStyle): readonly string[] {
  const { pods, observed, neverRuns, couldNotTell } = counts;
  return [
    ...cleanup.leftovers.flatMap((leftover) => indented(`LEFT BEHIND: ${clean(leftover)}`, 'bad', style)),
    `${String(pods)} ${pods === 1 ? 'pod' : 'pods'} · ${String(observed)} observed · ${String(neverRuns)} never ${neverRuns === 1 ? 'runs' : 'run'} · ${String(couldNotTell)} could not be told · ${formatMs(totalMs)}`,
    ...cleanup.kept.flatMap((kept) => indented(`kept: ${kept}`, 'faint', style)),
  ];
}

/** What comes from manifests and containers may be meant to mislead a terminal. */
function clean(text: string): string {
  return sanitizeText(text, 2000).replaceAll('\n', ' ');
}

function indented(text: string, how: Paint, style: TextStyle): readonly string[] {
  if (text === '') return [];
  return wrapText(text, style.width - 6).map((line, index) =>
    paint(style, how, `${index === 0 ? '  ' : '    '}${line}`),
  );
}
