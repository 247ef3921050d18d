/** A secret that was planted on purpose, in the form in which such secrets show up. */
export interface Canary {
  readonly shape: string;
  readonly text: string;
  /** What must not be found anywhere afterwards. */
  readonly trace: string;
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const pem = (label: string, body: string): string =>
  `-----BEGIN ${label}-----\n${body}${'A'.repeat(40)}\n${body}==\n-----END ${label}-----`;

type Plant = (id: string) => string;

const PLANTS: Readonly<Record<string, Plant>> = {
  'bearer token': (id) => `Authorization: Bearer ${id}`,
  'basic credentials': (id) => `curl -H 'authorization: Basic ${id}=='`,
  'token of a service account': (id) => `eyJhbGciOiJSUzI1NiIsImtpZCI6IiJ9.eyJ${id}.${id}-x_y`,
  'private key': (id) => pem('RSA PRIVATE KEY', id),
  'SSH key': (id) => pem('OPENSSH PRIVATE KEY', id),
  'certificate and its key': (id) => `${pem('CERTIFICATE', id)}\n${pem('EC PRIVATE KEY', id)}`,
  'key within JSON': (id) => JSON.stringify({ key: pem('PRIVATE KEY', id) }),
  'key in a log with prefixes': (id) =>
    pem('PRIVATE KEY', id).replace(/^/gm, '2026-11-27T20:56:00.123456789Z stdout F '),
  'key data of a kubeconfig': (id) => `    client-key-data: ${id}==`,
  'token of a kubeconfig': (id) => `- name: me\n  user:\n    token: ${id}`,
  'password of a kubeconfig': (id) => `    username: me\n    password: "pass, ${id}"`,
  'credentials in a URL': (id) => `git clone https://me:${id}@example.org/x`,
  'proxy variable': (id) => `HTTPS_PROXY=http://me:${id}@proxy:3128`,
  'proxy without a scheme': (id) => `"http_proxy=me:${id}@proxy:3128"`,
  'Docker configuration': (id) => `{"auths":{"registry":{"auth":"${id}="}}}`,
  'AWS secret key': (id) => `aws_secret_access_key = ${id}/abc+def`,
  'GitHub token': (id) => `ghp_${id}0123456789`,
  'variable of a container': (id) => `DB_PASSWORD=with;signs,${id}`,
  'variable in a manifest': (id) => `      - name: DB_PASSWORD\n        value: ${id}`,
  'field in prose': (id) => `could not log in, secret: ${id}`,
  flag: (id) => `kubeadm join --token ${id} --x`,
};

/** One of every shape that podproof promises to keep to itself, each with a value of its own. */
export const CANARIES: readonly Canary[] = [
  ...Object.entries(PLANTS).map(([shape, plant], index) => {
    const id = `CaNaRy${String(index + 10)}x9Kq7Zt2Lm5Vb8Rw`;
    return { shape, text: plant(id), trace: id };
  }),
  { shape: 'AWS key', text: 'key AKIACANARY0123456789 used', trace: 'CANARY0123' },
  {
    shape: 'base64 of a token',
    text: base64('eyJhbGciOiJSUzI1NiJ9.CaNaRy.CaNaRyCaNaRy'),
    trace: base64('eyJhbGciOiJSUzI1NiJ9.CaNaRy.CaNaRyCaNaRy').slice(12, 40),
  },
  {
    shape: 'bootstrap token',
    text: 'kubeadm join 10.0.0.1:6443 canary.0123456789canary',
    trace: '6789canary',
  },
];

/** The shapes of all canaries that can still be found in a text. */
export function canariesIn(text: string): readonly string[] {
  return CANARIES.filter(({ trace }) => text.includes(trace)).map(({ shape }) => shape);
}
