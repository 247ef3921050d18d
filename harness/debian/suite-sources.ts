import type { AptSource } from './apt-sources.ts';

/** The Debian releases that podproof takes packages from. */
export type Suite = 'bookworm' | 'trixie';

/** A mirror of Debian's main archive and how its signatures are checked. */
export interface DebianMirror {
  readonly uri: string;
  /** A keyring path or a key block; absent when apt's trusted keys apply. */
  readonly signedBy?: string;
}

const DEBIAN_SUITES =
  /^(?:bullseye|bookworm|trixie|forky|duke|sid|oldoldstable|oldstable|stable|testing|unstable)(?<part>[-/].+)?$/;

/**
 * The machine's own mirror of Debian's main archive, whatever release the machine itself uses; `undefined` on a
 * machine whose sources name none (Ubuntu, for one).
 */
export function mainMirror(sources: readonly AptSource[]): DebianMirror | undefined {
  return mirrorOf(sources, (part) => part === '');
}

/**
 * The sources of one release in deb822 format: base, updates and, where the machine knows a security mirror,
 * security. Signatures stay with the keys that the machine uses for the same mirror.
 *
 * @returns `undefined` when the machine names no Debian mirror
 */
export function sourcesOfSuite(sources: readonly AptSource[], suite: Suite): string | undefined {
  const main = mainMirror(sources);
  if (main === undefined) return undefined;
  const updates = mirrorOf(sources, (part) => part === '-updates');
  const security = mirrorOf(sources, (part) => part === '-security');
  return [
    stanza(main, suite),
    ...(updates === undefined ? [] : [stanza(updates, `${suite}-updates`)]),
    ...(security === undefined ? [] : [stanza(security, `${suite}-security`)]),
  ].join('\n');
}

/** A mirror whose address speaks of Debian is preferred: vendors have suites called `stable` and `bookworm` too. */
function mirrorOf(
  sources: readonly AptSource[],
  isWanted: (part: string) => boolean,
): DebianMirror | undefined {
  const candidates = sources.flatMap(({ uris, suites, components, signedBy }): DebianMirror[] => {
    const uri = uris.find((candidate) => !candidate.startsWith('cdrom:'));
    const fits = suites.some((suite) => {
      const match = DEBIAN_SUITES.exec(suite);
      return match !== null && isWanted(match.groups?.['part'] ?? '');
    });
    if (uri === undefined || !fits || !components.includes('main')) return [];
    return [{ uri, ...(signedBy === undefined ? {} : { signedBy }) }];
  });
  return candidates.find(({ uri }) => /\/debian(?:[-/]|$)/.test(uri)) ?? candidates[0];
}

function stanza(mirror: DebianMirror, suite: string): string {
  const signedBy = mirror.signedBy === undefined ? '' : `Signed-By: ${mirror.signedBy}\n`;
  return `Types: deb\nURIs: ${mirror.uri}\nSuites: ${suite}\nComponents: main\n${signedBy}`;
}
