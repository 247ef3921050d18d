import { homedir, hostname } from 'node:os';
import type { Shape } from './secret-shapes.ts';

/** Names that a machine may have and that mean something else wherever they show up. */
const COMMON =
  /^(?:localhost|debian|ubuntu|fedora|linux|docker|containers?|kind|minikube|kubernetes|kubelet|etcd|podproof|control-plane|nodes?|workers?|masters?|servers?|clients?|hosts?|hostname|pods?|roots?|guest|users?|admin|main|default|test|runner|build|local|none|home)$/i;

/**
 * What tells whose machine this is: the home folder, unless it is one that everybody has, and the name of the host,
 * unless it is a word of the trade. Neither is needed to understand a report.
 *
 * @example laptopWords('/home/alice', 'alices-thinkpad')
 */
export function laptopWords(home: string = homedir(), host: string = hostname()): readonly Shape[] {
  const isPersonal = /[\\/].+[\\/]./.test(home);
  const names = [...new Set([host, host.split('.')[0] ?? ''])].filter(
    (name) => name.length >= 4 && !COMMON.test(name),
  );
  return [
    ...(isPersonal ? [[new RegExp(`${escaped(home)}(?![\\w-])`, 'g'), '~'] as const] : []),
    ...names.map((name) => [new RegExp(`(?<![\\w.-])${escaped(name)}(?![\\w-])`, 'gi'), '[host]'] as const),
  ];
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
}
