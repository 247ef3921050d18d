import { describe, expect, test } from '@jest/globals';
import { Deadline } from '../core/deadline.ts';
import { hasCode } from '../core/node-errors.ts';
import { hostileStrings } from '../testing/hostile-strings.ts';
import { collectionPath, objectPath } from './api-paths.ts';
import { podRunner, type ExecTarget } from './pod-runner.ts';

const HOSTILE = hostileStrings(10_000);
const deadline = Deadline.in(60_000, 'the exec');

/** The URL that an exec would open; undefined when the name is refused before. */
async function opened(target: ExecTarget, argv: readonly [string, ...string[]]): Promise<URL | undefined> {
  const urls: URL[] = [];
  try {
    const runner = podRunner((path) => {
      urls.push(new URL(`https://127.0.0.1:6443${path}`));
      return Promise.reject(new Error('far enough'));
    }, target);
    await runner.run(argv, { deadline });
  } catch (error) {
    if (!hasCode(error, 'INVALID_NAME')) throw error;
  }
  return urls[0];
}

describe('10,000 hostile strings', () => {
  test('as a name of a pod, a namespace or a container, they are refused or address exactly that', async () => {
    const targets = HOSTILE.flatMap((text): readonly ExecTarget[] => [
      { namespace: 'demo', name: text },
      { namespace: text, name: 'web' },
      { namespace: 'demo', name: 'web', container: text },
    ]);
    const accepted: { readonly wanted: string; readonly addressed: string }[] = [];
    for (const target of targets) {
      const url = await opened(target, ['id']);
      if (url === undefined) continue;
      const { namespace, name, container = '' } = target;
      accepted.push({
        wanted: `/api/v1/namespaces/${namespace}/pods/${name}/exec ${container}`,
        addressed: `${url.pathname} ${url.searchParams.getAll('container').join(' and ')}`,
      });
    }
    expect(accepted.filter(({ wanted, addressed }) => wanted !== addressed)).toEqual([]);
    // Otherwise the test would only show that everything is refused.
    expect(accepted.length).toBeGreaterThan(300);
  });

  test('as words of a command, they arrive one by one and unchanged, and change nothing else', async () => {
    const wrong: string[] = [];
    for (const text of HOSTILE) {
      const url = await opened({ namespace: 'demo', name: 'web' }, ['echo', text, text]);
      const arrived = JSON.stringify([url?.pathname, ...(url?.searchParams ?? [])]);
      const wanted = [
        '/api/v1/namespaces/demo/pods/web/exec',
        ...[
          ['stdout', 'true'],
          ['stderr', 'true'],
        ],
        ...['echo', text.toWellFormed(), text.toWellFormed()].map((word) => ['command', word]),
      ];
      if (arrived !== JSON.stringify(wanted)) wrong.push(text);
    }
    expect(wrong).toEqual([]);
  });
});

test.each(['.', '..', '../../secrets', 'a/b', 'a%2fb', 'A', '-it', '', 'a..b', 'x'.repeat(254)])(
  'no path is made of %j',
  (name) => {
    expect(() => objectPath('Pod', { namespace: 'demo', name })).toThrow(
      expect.objectContaining({ code: 'INVALID_NAME' }),
    );
    expect(() => collectionPath('Pod', name)).toThrow(expect.objectContaining({ code: 'INVALID_NAME' }));
  },
);
