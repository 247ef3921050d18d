import { describe, expect, test } from '@jest/globals';
import { sanitizeEvent, sanitizeText } from './sanitize.ts';

describe('terminal control', () => {
  test.each([
    ['colours', '\x1b[1;31mred\x1b[0m', 'red'],
    ['clear screen and cursor', 'a\x1b[2J\x1b[Hb', 'ab'],
    ['8-bit CSI', 'a\x9b31mb', 'ab'],
    ['a window title, ended by BEL', '\x1b]0;pwned\x07x', 'x'],
    ['a link, ended by ST', '\x1b]8;;http://evil\x1b\\click\x1b]8;;\x1b\\', 'click'],
    ['clipboard by 8-bit OSC', '\x9d52;c;ZXZpbA==\x9cx', 'x'],
    ['device control string', '\x1bP+q544e\x1b\\x', 'x'],
    ['a string without its end does not swallow the rest', '\x1b]0;title and more', '0;title and more'],
    ['sequence within a sequence', '\x1b\x1b[31m[31mx', '[31mx'],
    ['character set switch', '\x1b(0x\x1b(B', 'x'],
    ['NUL, BEL, BS, DEL', 'a\x00b\x07c\x08d\x7f', 'abcd'],
    ['carriage return that overwrites a line', 'exit 1\rexit 0', 'exit 1\nexit 0'],
    ['line ends of terminals', 'a\r\nb\r\n', 'a\nb\n'],
    ['text that runs backwards', 'abc\u202edcba\u2066', 'abcdcba'],
    ['half a surrogate pair', 'a\ud800b', 'a\ufffdb'],
    ['tabs and line breaks stay', 'a\tb\n', 'a\tb\n'],
    ['other languages and emoji stay', 'é 日本 👩‍👩‍👧 ✔', 'é 日本 👩‍👩‍👧 ✔'],
  ])('%s', (_name, text, safe) => {
    expect(sanitizeText(text)).toBe(safe);
    expect(sanitizeText(safe)).toBe(safe);
  });
});

describe('secrets', () => {
  const canary = 'CaNaRy0123456789abcdef';
  test.each([
    ['bearer token', `Authorization: Bearer ${canary}`],
    ['bearer token without its header', `curl -H 'bearer ${canary}'`],
    ['basic credentials', `authorization: Basic ${canary}==`],
    ['JWT', `token eyJhbGciOiJSUzI1NiJ9.eyJ${canary}.${canary}-x_y`],
    ['private key', `-----BEGIN RSA PRIVATE KEY-----\n${canary}\n${canary}==\n-----END RSA PRIVATE KEY-----`],
    ['private key, cut off', `-----BEGIN PRIVATE KEY-----\n${canary}`],
    [
      'private key within JSON',
      `{"key":"-----BEGIN EC PRIVATE KEY-----\\n${canary}\\n-----END EC PRIVATE KEY-----\\n"}`,
    ],
    [
      'encrypted key',
      `-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,AB\n\n${canary}\n-----END RSA PRIVATE KEY-----`,
    ],
    ['kubeconfig, YAML', `    client-key-data: ${canary}==\n`],
    ['kubeconfig, JSON', `{"client-key-data":"${canary}","x":1}`],
    ['kubeconfig, JSON in JSON', `"{\\"token\\": \\"${canary}\\"}"`],
    ['proxy credentials', `HTTPS_PROXY=http://me:${canary}@proxy:3128`],
    ['URL with a token for a user', `https://${canary}@github.com/a/b`],
    ['docker config', `"auth": "${canary}="`],
    ['flag', `kubeadm join --token=${canary} --x`],
    ['flag with a space', `kubectl --token ${canary} get pods`],
    ['variable', `DB_PASSWORD=${canary}`],
    ['bootstrap token', 'kubeadm join 10.0.0.1:6443 abcdef.0123456789abcdef'],
    ['hidden by a colour code', `Authorization: Bea\x1b[0mrer ${canary}`],
  ])('%s', (_name, text) => {
    const safe = sanitizeText(text);
    expect(safe).toContain('[redacted]');
    expect(safe).not.toMatch(/CaNaRy|0123456789abcdef/);
    expect(sanitizeText(safe)).toBe(safe);
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
  ])('evidence stays as it is: %s', (text) => {
    expect(sanitizeText(text)).toBe(text);
  });

  test('a field with a telling name is hidden whatever it holds', () => {
    const event = {
      type: 'problem',
      code: 'X',
      message: 'm',
      exitCode: 4,
      context: { token: 'short', deep: [{ password: 'p' }] },
    } as const;
    expect(JSON.stringify(sanitizeEvent(event))).not.toMatch(/short|"p"/);
    expect(event.context.token).toBe('short');
  });
});

test('long texts are cut, say so, and are not cut again', () => {
  const safe = sanitizeText('x'.repeat(500), 100);
  expect(safe).toBe(`${'x'.repeat(100)}\n… 400 characters left out`);
  expect(sanitizeText(safe, 100)).toBe(safe);
});

test('hostile text does not make it slow', () => {
  const startedAt = performance.now();
  for (const piece of ['\x9d', '\x1b]', '\x1b[', '-----BEGIN A-----', 'a://', 'eyJaaaaaaaa.', 'token: ', '-'])
    sanitizeText(piece.repeat(300_000 / piece.length));
  expect(performance.now() - startedAt).toBeLessThan(2000);
});
