import { describe, expect, test } from '@jest/globals';
import { hintFor } from '../kind/kind-output.ts';
import { kubeletComplaints, lastLines } from './last-words.ts';

describe('last words', () => {
  test('a node’s complaint comes before a boot that looks healthy, without colours', () => {
    const log = [
      '\u001b[0;1;31mFailed to allocate manager object: Too many open files\u001b[0m',
      ...Array.from({ length: 10 }, (_, index) => `[  OK  ] Reached target ${String(index)}`),
    ].join('\r\n');
    const text = lastLines(log);
    expect(text.split('\n')[0]).toBe('Failed to allocate manager object: Too many open files');
    expect(text.split('\n')).toHaveLength(5);
    expect(hintFor(text)).toContain('fs.inotify.max_user_instances');
  });

  test('of the kubelet’s journal only errors, each once, without the time', () => {
    const journal = [
      'I1123 17:38:14.123529     529 server.go:177] "Pod update broadcasted"',
      'E1123 17:38:15.000000     529 watcher.go:1] "Unable to watch" err="inotify_init: too many open files"',
      'E1123 17:38:16.000000     529 watcher.go:1] "Unable to watch" err="inotify_init: too many open files"',
    ].join('\n');
    expect(kubeletComplaints(journal)).toBe(
      'watcher.go:1] "Unable to watch" err="inotify_init: too many open files"',
    );
  });
});
