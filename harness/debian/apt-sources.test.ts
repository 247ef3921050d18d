import { describe, expect, test } from '@jest/globals';
import { parseListFile, parseSourcesFile } from './apt-sources.ts';
import { mainMirror, sourcesOfSuite } from './suite-sources.ts';

/** As written by the Debian installer and by cloud images. */
const DEB822 = `Types: deb
# a comment inside a stanza
URIs: http://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb deb-src
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main contrib
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQENBF
 -----END PGP PUBLIC KEY BLOCK-----

Enabled: no
Types: deb
URIs: http://disabled.example/debian
Suites: sid
Components: main
`;

const ONE_LINE = `# deb http://commented.example/debian bookworm main
deb-src http://source.example/debian bookworm main
deb [arch=amd64 signed-by=/etc/keys/other.gpg] http://other.example/apt stable main
deb [ signed-by=/usr/share/keyrings/debian-archive-keyring.gpg ] http://mirror.example/debian trixie main contrib # text
deb cdrom:[Debian GNU/Linux 12]/ bookworm main
`;

describe('sources of the machine', () => {
  test('deb822: reads stanzas with comments, key blocks and switched-off entries', () => {
    const [main, security, ...rest] = parseSourcesFile(DEB822);
    expect(main).toEqual({
      uris: ['http://mirror.example/debian'],
      suites: ['bookworm', 'bookworm-updates'],
      components: ['main'],
      signedBy: '/usr/share/keyrings/debian-archive-keyring.gpg',
    });
    expect(security?.signedBy).toContain('\n mQENBF\n');
    expect(rest).toEqual([]);
  });

  test('one-line: reads options, drops comments and source packages', () => {
    const found = parseListFile(ONE_LINE);
    expect(found.map(({ uris }) => uris[0])).toEqual([
      'http://other.example/apt',
      'http://mirror.example/debian',
      'cdrom:[Debian',
    ]);
    expect(found[1]?.signedBy).toBe('/usr/share/keyrings/debian-archive-keyring.gpg');
    expect(found[1]?.components).toEqual(['main', 'contrib']);
  });
});

describe('sources of another release', () => {
  test('keep mirrors and keys of the machine and change only the suite', () => {
    expect(sourcesOfSuite(parseSourcesFile(DEB822), 'trixie')).toBe(
      [
        'Types: deb',
        'URIs: http://mirror.example/debian',
        'Suites: trixie',
        'Components: main',
        'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg',
        '',
        'Types: deb',
        'URIs: http://mirror.example/debian',
        'Suites: trixie-updates',
        'Components: main',
        'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg',
        '',
        'Types: deb',
        'URIs: http://mirror.example/debian-security',
        'Suites: trixie-security',
        'Components: main',
        'Signed-By: ',
        ' -----BEGIN PGP PUBLIC KEY BLOCK-----',
        ' .',
        ' mQENBF',
        ' -----END PGP PUBLIC KEY BLOCK-----',
        '',
      ].join('\n'),
    );
  });

  test('a machine without a Debian mirror has none', () => {
    const ubuntu = parseListFile('deb http://mirror.example/ubuntu noble main\n');
    expect(mainMirror(ubuntu)).toBeUndefined();
    expect(sourcesOfSuite(ubuntu, 'bookworm')).toBeUndefined();
  });

  test('a vendor whose suite is called stable is not taken for Debian', () => {
    const both = [...parseListFile(ONE_LINE).slice(0, 1), ...parseSourcesFile(DEB822)];
    expect(mainMirror(both)?.uri).toBe('http://mirror.example/debian');
  });
});
