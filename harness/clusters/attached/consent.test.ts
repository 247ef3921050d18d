import { describe, expect, test } from '@jest/globals';
import type { UserContext, UserContexts } from '../../core/user-context.ts';
import { consentedContext } from './consent.ts';

const MINE: UserContext = {
  name: 'mine',
  cluster: { name: 'k', server: 'https://127.0.0.1:6443', caData: 'Q0E=', skipsTlsVerify: false },
  user: { name: 'me', token: 't', hasAuthProvider: false, impersonates: false },
};
const contexts: UserContexts = {
  names: ['mine', 'production'],
  read: (name) => Promise.resolve(name === 'mine' ? MINE : undefined),
};

describe('consentedContext', () => {
  test('takes the context that was named, with the word of its owner', async () => {
    expect(await consentedContext({ context: 'mine', ownsCluster: true }, contexts)).toBe(MINE);
  });

  test.each([
    [{ context: undefined, ownsCluster: true }, 'CONSENT_MISSING', 8, /mine, production/],
    [{ context: 'mine', ownsCluster: false }, 'CONSENT_MISSING', 8, /--i-own-this-cluster/],
    [{ context: 'min', ownsCluster: true }, 'UNKNOWN_CONTEXT', 2, /mine, production/],
    [{ context: 'min', ownsCluster: false }, 'UNKNOWN_CONTEXT', 2, /mine, production/],
  ])('%j: %s', async (consent, code, exitCode, hint) => {
    await expect(consentedContext(consent, contexts)).rejects.toMatchObject({
      code,
      exitCode,
      hint: expect.stringMatching(hint),
    });
  });
});
