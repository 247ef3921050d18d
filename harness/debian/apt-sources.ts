/** One source of packages as apt describes it: an entry of a `.list` file or a stanza of a `.sources` file. */
export interface AptSource {
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  readonly components: readonly string[];
  /** A keyring path, or an ASCII-armoured key block; absent when apt's trusted keys apply. */
  readonly signedBy?: string;
}

/**
 * Reads the one-line format of sources.list(5). Lines for source packages and lines without suite are left out.
 *
 * @example parseListFile('deb [signed-by=/k.gpg] http://mirror/debian bookworm main')
 */
export function parseListFile(text: string): AptSource[] {
  return text.split('\n').flatMap((raw) => {
    const line = raw.replace(/#.*/, '').trim();
    const match = /^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*(.*)$/.exec(line);
    if (match === null) return [];
    const [, options = '', uri = '', suite = '', components = ''] = match;
    const signedBy = /(?:^|\s)signed-by=(\S+)/i.exec(options)?.[1];
    return [source([uri], [suite], words(components), signedBy)];
  });
}

/**
 * Reads the deb822 format of sources.list(5). Stanzas that are disabled or only for source packages are left out.
 *
 * @example parseSourcesFile('Types: deb\nURIs: http://mirror/debian\nSuites: bookworm\nComponents: main\n')
 */
export function parseSourcesFile(text: string): AptSource[] {
  const lines = text.split('\n').filter((line) => !line.startsWith('#'));
  return lines
    .join('\n')
    .split(/\n[ \t]*\n/)
    .flatMap((stanza) => {
      const fields = parseFields(stanza);
      const isBinary = words(fields.get('types')).includes('deb');
      if (!isBinary || /^(no|false|off|0|disable)$/i.test(fields.get('enabled') ?? '')) return [];
      return [
        source(
          words(fields.get('uris')),
          words(fields.get('suites')),
          words(fields.get('components')),
          fields.get('signed-by'),
        ),
      ];
    });
}

function source(
  uris: readonly string[],
  suites: readonly string[],
  ...[components, signedBy]: [readonly string[], string | undefined]
): AptSource {
  return { uris, suites, components, ...(signedBy === undefined ? {} : { signedBy }) };
}

/** Continuation lines start with a space or tab and belong to the field above, with their indentation kept. */
function parseFields(stanza: string): Map<string, string> {
  const fields = new Map<string, string>();
  let current = '';
  for (const line of stanza.split('\n')) {
    const match = /^([\w-]+):[ \t]*(.*)$/.exec(line);
    if (match !== null) {
      current = (match[1] ?? '').toLowerCase();
      fields.set(current, match[2] ?? '');
    } else if (current !== '' && /^[ \t]/.test(line)) {
      fields.set(current, `${fields.get(current) ?? ''}\n${line}`);
    }
  }
  return fields;
}

function words(text: string | undefined): string[] {
  return (text ?? '').split(/\s+/).filter((word) => word !== '');
}
