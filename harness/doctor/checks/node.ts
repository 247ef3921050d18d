import type { Check } from '../check.ts';
import { finding, ok } from '../findings.ts';

const NEEDED = 24;

/** launch.js says the same before anything else, because an older Node cannot even read this file. */
export const nodeVersion: Check = {
  id: 'D01',
  title: 'Node',
  moment: 'start',
  about: {
    looks: 'The version of Node that runs podproof, not the one on your path.',
    matters:
      'podproof is TypeScript that Node itself strips of its types, and its libraries do not load on Node older than 22.22.',
    levels: { fail: 'Node is older than 24.' },
    fix: [
      'Run it through npm: `npm ci` brings Node 24 along, unless install scripts are disabled.',
      'Otherwise `npm rebuild node`, or install Node 24.',
    ],
  },
  look({ node }) {
    const tried = 'looked at the running process';
    const seen = `Node ${node.version}`;
    const major = Number(node.version.replace(/^v/, '').split('.')[0]);
    if (major >= NEEDED) return ok(tried, seen);
    return finding('fail', {
      tried,
      seen,
      cause: `Node ${String(NEEDED)} or newer is needed.`,
      fix: 'Run `npm ci` with the install script of `node` allowed, or `npm rebuild node`, or install Node 24.',
    });
  },
};
