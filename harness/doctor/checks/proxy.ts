import type { Finding } from '../../core/diagnosis.ts';
import type { Check } from '../check.ts';
import { finding, ok } from '../findings.ts';
import type { Patient } from '../patient.ts';

const TRIED = 'read HTTP_PROXY, HTTPS_PROXY and NO_PROXY';

export const proxy: Check = {
  id: 'D16',
  title: 'Proxy',
  moment: 'start',
  about: {
    looks: 'The proxy variables of this environment.',
    matters:
      'kind hands them to the nodes. podproof’s own requests bypass the proxy, but tools that you use beside it would ask the proxy for an address on this machine.',
    levels: { warn: 'A proxy is set, and NO_PROXY does not spare this machine.' },
    fix: ['`export NO_PROXY=localhost,127.0.0.1,$NO_PROXY`'],
    links: ['https://kind.sigs.k8s.io/docs/user/quick-start/#configure-kind-to-use-a-proxy'],
  },
  look: ({ environment }) => judge(environment),
};

function judge(environment: Patient['environment']): Finding {
  const value = (name: string): string => environment[name] || environment[name.toLowerCase()] || '';
  const set = ['HTTPS_PROXY', 'HTTP_PROXY'].filter((name) => value(name) !== '');
  if (set.length === 0) return ok(TRIED, 'none');
  const spared = value('NO_PROXY').split(/[\s,]+/);
  const missing = ['127.0.0.1', 'localhost'].filter((host) => !spared.some((entry) => covers(entry, host)));
  // The value may hold a password.
  const seen = `${set.join(' and ')} set; NO_PROXY ${missing.length === 0 ? 'spares this machine' : `lacks ${missing.join(', ')}`}`;
  if (missing.length === 0) return ok(TRIED, seen);
  return finding('warn', {
    tried: TRIED,
    seen,
    cause: 'Other tools (kubectl, curl) would ask the proxy for addresses on this machine.',
    fix: `export NO_PROXY=${[...missing, ...spared.filter((entry) => entry !== '')].join(',')}`,
  });
}

/** As Go, curl and Node agree on: a name, an address, a range of loopback, or everything. */
function covers(entry: string, host: string): boolean {
  return entry === host || entry === '*' || (host === '127.0.0.1' && entry.startsWith('127.'));
}
