import { describe, expect, test } from '@jest/globals';
import { CANARIES } from '../testing/canaries.ts';
import { laptopWords } from './laptop-words.ts';
import { isSecretField, redactSecrets } from './redact.ts';
import { sanitizeText } from './sanitize-text.ts';

const WORD = 'CaNaRy0123456789abcdef';

describe('secrets', () => {
  test.each(CANARIES.map(({ shape, text, trace }) => [shape, text, trace] as const))(
    '%s',
    (_shape, text, trace) => {
      const safe = sanitizeText(text);
      expect(safe).toContain('[redacted]');
      expect(safe).not.toContain(trace);
      expect(sanitizeText(safe)).toBe(safe);
    },
  );

  test.each([
    ['private key, cut off', `-----BEGIN PRIVATE KEY-----\n${WORD}`],
    ['private key, cut off in a log', `-----BEGIN PRIVATE KEY-----\n1.5 x ${WORD}\n1.5 x ${WORD}\n1.5 x end`],
    [
      'encrypted key',
      `-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,AB\n\n${WORD}\n-----END RSA PRIVATE KEY-----`,
    ],
    ['JSON', `{"client-key-data":"${WORD}","x":1}`],
    ['JSON in JSON', `"{\\"token\\": \\"${WORD}\\"}"`],
    ['variable in JSON', `"Env":["DB_PASSWORD=a,b ${WORD}","X=1"]`],
    ['variable in JSON, by name', `{"name":"API_TOKEN","value":"${WORD}"}`],
    ['quoted variable', `export SECRET_KEY="a b ${WORD}"`],
    ['password with a sign in a URL', `http://me:p@${WORD}@proxy:3128`],
    ['URL with a token for a user', `https://${WORD}@github.com/a/b`],
    ['short password', 'password: pw1'],
    ['a password that is called like a program', `passwd: ${WORD}`],
    ['after a path', `db/password: ${WORD}, /etc/app.passwd: ${WORD}`],
    ['the token of a service account', `cat …/serviceaccount/token: eyJ${WORD}.eyJ${WORD}.${WORD}`],
    ['plain value of YAML', `  password: pass, ${WORD}`],
    ['block of YAML', `  token: |\n    ${WORD}\n    ${WORD}\n  name: x`],
    [
      'all of it in the log of a container',
      ['- name: A_TOKEN', `  value: ${WORD}`, '- --token', `- ${WORD}`, 'secret: |', `  ${WORD}`, 'end']
        .map((line) => `2026-11-27T20:56:00.123456789Z stdout F ${line}`)
        .join('\n'),
    ],
    ['cookie', `Set-Cookie: session=${WORD}; Path=/`],
    ['signed request', `Authorization: AWS4-HMAC-SHA256 Credential=${WORD}, Signature=${WORD}`],
    ['user of curl', `curl -u me:${WORD} http://x`],
    ['netrc', `machine x login me password ${WORD}`],
    ['flag of any program', `mysql --db-password ${WORD}`],
    ['flag and value in a list of YAML', `command:\n  - --token\n  - ${WORD}`],
    ['several in one line', `A=1; DB_PASSWORD=a;b,${WORD} next`],
    ['npmrc', `//registry/:_authToken=${WORD}`],
    ['hidden by a colour code', `Authorization: Bea\x1b[0mrer ${WORD}`],
  ])('%s', (_name, text) => {
    const safe = sanitizeText(text);
    expect(safe).toContain('[redacted]');
    expect(safe).not.toMatch(/CaNaRy|pw1/);
    expect(sanitizeText(safe)).toBe(safe);
  });

  test('what stands around a secret stays', () => {
    expect(sanitizeText('a: 1\npassword: "x, y"\nb: 2')).toBe('a: 1\npassword: "[redacted]"\nb: 2');
    expect(sanitizeText('{"token":"abcdefgh","next":"x"}')).toBe('{"token":"[redacted]","next":"x"}');
    expect(sanitizeText('a\n-----BEGIN X KEY-----\nAAAA\n-----END X KEY-----\nb')).toBe(
      'a\nPEM X KEY [redacted]\nb',
    );
  });

  test.each([
    'net:[4026531840] = node net:[4026531840]',
    'uid=405(guest) gid=100(users) groups=100(users)',
    'eth0: 172.18.0.3/16, http://127.0.0.1:9000/ HTTP 200',
    'CapEff: 000001ffffffffff',
    'sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
    'container has runAsNonRoot and image will run as root (pod: "pod_ns(uid)", container: main)',
    'system:serviceaccount:default:default',
    'brw-rw---- 1 root disk 8, 0 /dev/sda',
    'automountServiceAccountToken: false',
    'volumes:\n  - secret:\n      secretName: x\n  - serviceAccountToken:\n      expirationSeconds: 3607',
    'docker run --user 405:100 -u 0:0 image@sha256:0123abcd',
    'PWD=/root HOME=/root',
    '/etc/passwd: USER guest',
    '"user":"/etc/passwd: USER guest"',
    'grep: /host/etc/passwd: Permission denied',
    'cat: /var/run/secrets/kubernetes.io/serviceaccount/token: Permission denied',
    'name: pod-hn\nvalue: 1',
  ])('evidence stays as it is: %s', (text) => {
    expect(sanitizeText(text)).toBe(text);
  });

  test('fields are known by their names', () => {
    const secret = ['token', 'password', 'dbPassword', 'client-key-data', 'Authorization', 'auth', 'idToken'];
    expect(secret.filter((name) => !isSecretField(name))).toEqual([]);
    expect(['author', 'tokens', 'secretName', 'passwordless', 'key'].filter(isSecretField)).toEqual([]);
  });
});

describe('what names the machine', () => {
  const alice = laptopWords('/home/alice', 'alices-thinkpad.example.org');
  test.each([
    ['/home/alice/.cache/podproof', '~/.cache/podproof'],
    ['"/home/alice"', '"~"'],
    ['/home/alice2/x', '/home/alice2/x'],
    ['name=alices-thinkpad.example.org, Alices-Thinkpad', 'name=[host], [host]'],
    ['not-alices-thinkpad', 'not-alices-thinkpad'],
  ])('%s', (text, safe) => {
    expect(redactSecrets(text, alice)).toBe(safe);
  });

  test.each([
    ['/root', 'localhost'],
    ['/', 'worker'],
    ['/root', 'kind'],
  ])('a home like %s and a host like %s name nobody', (home, host) => {
    const text = `/root/x on ${host}, ${host}-worker`;
    expect(redactSecrets(text, laptopWords(home, host))).toBe(text);
  });
});
