import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { decisiveLines, hintFor, stepOf } from './kind-output.ts';

const recorded = (name: string): Promise<string> =>
  readFile(new URL(`fixtures/kind-0.33.0-${name}.txt`, import.meta.url), 'utf8');

describe('the output of kind', () => {
  test('says what kind is doing', async () => {
    const steps = (await recorded('docker-run-failed')).split('\n').map(stepOf);
    expect(steps.filter((step) => step !== undefined)).toEqual([
      'ensuring node image (localhost/podproof/probe:1)',
      'preparing nodes',
    ]);
  });

  test('a node that cannot be started: the daemon’s reason without the thirty flags', async () => {
    const text = decisiveLines(await recorded('docker-run-failed'));
    expect(text).toContain('no command specified');
    expect(text).toContain('command "docker run …" failed');
    expect(text).not.toContain('cgroup v1 is deprecated');
    expect(text.length).toBeLessThan(300);
  });

  test('an image that nobody has', async () => {
    const stderr = await recorded('image-missing');
    expect(decisiveLines(stderr)).toContain('failed to pull image "localhost/podproof/nope:1"');
    expect(hintFor(stderr)).toContain('--image');
  });

  test('a node that never boots', async () => {
    const stderr = await recorded('no-boot');
    expect(decisiveLines(stderr)).toContain('could not find a log line that matches');
    expect(hintFor(stderr)).toContain('another version');
  });

  test('a log of kubeadm is cut in the middle: its end tells why', () => {
    const long = `ERROR: failed to create cluster: failed to init node\n${'I1123 noise\n'.repeat(500)}error: the reason`;
    const text = decisiveLines(long);
    expect(text.length).toBeLessThan(1600);
    expect(text).toMatch(/^ERROR: failed to create cluster[\s\S]*…[\s\S]*error: the reason$/);
  });

  test('silence gives an empty text and still a hint', () => {
    expect(decisiveLines('')).toBe('');
    expect(hintFor('')).toContain('npm run doctor');
  });
});
