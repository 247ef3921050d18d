import { formatMs } from '../../report/duration.ts';
import { paint, type TextStyle } from '../../report/text-style.ts';
import { wrapText } from '../../report/text-width.ts';
import { byDanger } from '../findings/danger.ts';
import type { Finding } from '../findings/findings.ts';
import { evidenceLines } from './evidence-lines.ts';
import { findingTable } from './finding-table.ts';
import type { ContainerReportV1, ObserveReportV1, OutcomeV1, PodReportV1 } from './report-v1.ts';
import { securityLines } from './security-lines.ts';
import { clean, names, paragraph } from './words.ts';

/** The report for people: the most dangerous pod first, in each the worst finding first. Ends with a line break. */
export function observeTable(report: ObserveReportV1, style: TextStyle): string {
  const pods = report.pods.toSorted((one, other) => byDanger(one.danger, other.danger));
  const lines = [
    ...pods.flatMap((pod) => [...podLines(pod, style), '']),
    ...notObservedLines(report, style),
    ...summaryLines(report, style),
  ];
  return `${lines.join('\n')}\n`;
}

function podLines(report: PodReportV1, style: TextStyle): readonly string[] {
  const { origin, pod, outcome, findings, control, containers, notes } = report;
  const where = pod?.node === null || pod === null ? '' : ` · on ${pod.node}`;
  const title = `${origin.name || '(no name)'} · ${origin.kind}${where} · ${formatMs(report.ms)}`;
  const isTold = ({ danger, differs, kind }: Finding): boolean =>
    danger !== 'none' || differs || kind === 'host port';
  return [
    ...wrapText(clean(title, style), style.width).map((line) => paint(style, 'title', line)),
    ...paragraph(`${origin.file}:${String(origin.line)}`, 'faint', style),
    ...paragraph(outcomeText(outcome), outcome.kind === 'never runs' ? 'strong' : 'unsure', style),
    ...securityLines(report.podSecurity, style),
    ...containers.flatMap((each) => paragraph(containerText(each, report), 'faint', style)),
    ...findingTable(findings.filter(isTold), containers.length, style),
    ...ordinaryLines(
      findings.filter((finding) => !isTold(finding)),
      report,
      style,
    ),
    ...(control === null ? [] : paragraph(controlText(control, findings), 'faint', style)),
    ...notes.flatMap((note) => paragraph(`note: ${note}`, 'faint', style)),
    ...evidenceLines(report.evidence ?? [], style),
  ];
}

function outcomeText(outcome: OutcomeV1): string {
  switch (outcome.kind) {
    case 'observed':
      return '';
    case 'never runs':
      return `never runs (${outcome.by}): ${outcome.why}`;
    case 'could not tell':
      return `could not tell: ${outcome.why}`;
  }
}

/** What became of a control that did not run; else the fields that made no difference, which nothing above names. */
function controlText(
  { removed, outcome }: NonNullable<PodReportV1['control']>,
  findings: readonly Finding[],
): string {
  if (outcome.kind !== 'observed')
    return `the control, without ${removed.join(', ')}: ${outcomeText(outcome)}`;
  const causes = findings.filter(({ differs }) => differs).map(({ because }) => because ?? '');
  const idle = removed.filter((words) => {
    const field = words.replace(/^(?:container|volume) [^:]*: /, '');
    return !causes.some((cause) => cause.includes(field));
  });
  return idle.length === 0 ? '' : `no difference seen from ${idle.join(', ')}`;
}

/** Only what a container has to say for itself; '' for an ordinary one. */
function containerText(container: ContainerReportV1, { outcome, containers }: PodReportV1): string {
  const { name, image, substituted, source } = container;
  // What is true of the only container was said of the pod already.
  const isTold =
    container.outcome.kind === 'observed' || (outcome.kind !== 'observed' && containers.length === 1);
  const words = [
    ...(substituted === null ? [] : [`runs the substitute for ${image}, command ${substituted.command}`]),
    ...(substituted === null || substituted.asUser === null
      ? []
      : [
          `as uid ${String(substituted.asUser)}: if its own image runs as root, the kubelet refuses it (runAsNonRoot)`,
        ]),
    ...(isTold ? [] : [outcomeText(container.outcome)]),
    ...(source === 'runtime record' ? ['had ended: what the runtime was told to start is shown'] : []),
  ];
  return words.length === 0 ? '' : `container ${name} ${words.join('; ')}`;
}

/** Everything that is nothing special, in one paragraph. */
function ordinaryLines(
  findings: readonly Finding[],
  { control, containers }: PodReportV1,
  style: TextStyle,
): readonly string[] {
  const groups = Map.groupBy(findings, ({ containers: who }) =>
    who.length === 0 || who.length === containers.length ? '' : `${names(who)}: `,
  );
  const head = control === null ? 'has' : 'like the control';
  return [...groups].flatMap(([who, own]) =>
    paragraph(`= ${head}: ${who}${ordinaryWords(own).join(' · ')}`, 'faint', style),
  );
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
    const place = [file, line, column].filter((part) => part !== null).join(':');
    const what = kind === null ? '' : ` ${kind} ${name ?? ''}`.trimEnd();
    return paragraph(`${place}${what}: ${why}`, 'faint', style);
  });
  return [paint(style, 'strong', 'not observed'), ...lines, ''];
}

function summaryLines({ counts, totalMs, cleanup }: ObserveReportV1, style: TextStyle): readonly string[] {
  const { pods, observed, neverRuns, couldNotTell } = counts;
  const words = [
    `${String(pods)} ${pods === 1 ? 'pod' : 'pods'}`,
    `${String(observed)} observed`,
    `${String(neverRuns)} never ${neverRuns === 1 ? 'runs' : 'run'}`,
    `${String(couldNotTell)} could not be told`,
    formatMs(totalMs),
  ];
  return [
    ...cleanup.leftovers.flatMap((leftover) => paragraph(`LEFT BEHIND: ${leftover}`, 'bad', style)),
    ...wrapText(clean(words.join(' · '), style), style.width),
    ...cleanup.kept.flatMap((kept) => paragraph(`kept: ${kept}`, 'faint', style)),
  ];
}
