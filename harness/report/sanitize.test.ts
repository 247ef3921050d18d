import { expect, test } from '@jest/globals';
import { sanitizeEvent } from './sanitize.ts';

test('a field with a telling name is hidden whatever it holds', () => {
  const event = {
    type: 'problem',
    code: 'X',
    message: 'm',
    exitCode: 4,
    context: { token: 'short', deep: [{ password: 'p' }, { name: 'DB_PASSWORD', value: 'p' }] },
  } as const;
  expect(JSON.stringify(sanitizeEvent(event))).not.toMatch(/short|"p"/);
  expect(event.context.token).toBe('short');
});
