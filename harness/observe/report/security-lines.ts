import { paint, type TextStyle } from '../../report/text-style.ts';
import { wrapText } from '../../report/text-width.ts';
import type { PodSecurity } from '../looking/pod-security.ts';

/** Which Pod Security level a pod needs, and what the stricter ones have against it. */
export function securityLines(security: PodSecurity, style: TextStyle): readonly string[] {
  if (security.level === 'unknown') return [];
  const reasons = (list: readonly { readonly reason: string }[]): string =>
    list.map(({ reason }) => reason).join(', ');
  const baseline = new Set(security.baseline.map(({ reason }) => reason));
  const more = security.restricted.filter(({ reason }) => !baseline.has(reason));
  const words = [
    `Pod Security: needs ${security.level}`,
    ...(security.baseline.length === 0 ? [] : [`baseline refuses ${reasons(security.baseline)}`]),
    ...(more.length === 0
      ? []
      : [`restricted ${security.baseline.length === 0 ? 'refuses' : 'also refuses'} ${reasons(more)}`]),
  ];
  return words.flatMap((text, index) =>
    wrapText(text, style.width - 8).map((line, row) => {
      const indent = index === 0 ? '  ' : row === 0 ? '    ' : '      ';
      return paint(style, index === 0 ? 'strong' : 'faint', indent + line);
    }),
  );
}
