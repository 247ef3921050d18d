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

test('the word that follows a telling flag is hidden, others are not', () => {
  const argv = ['kubeadm', 'join', '--token', 'abc', '--name', 'x', '-it', 'y'];
  const event = { type: 'run.started', runId: 'r', argv, podproof: '1' } as const;
  expect(sanitizeEvent(event).argv.join(' ')).toBe('kubeadm join --token [redacted] --name x -it y');
});
