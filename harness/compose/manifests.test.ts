import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { CANARIES, canariesIn } from '../testing/canaries.ts';
import { keepManifest, manifestDigest } from './manifests.ts';

const pod = (env: readonly object[]) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web' },
  spec: {
    containers: [{ name: 'main', command: ['serve', '--api-token', 'CaNaRy11x9Kq7Zt2Lm5Vb8Rw'], env }],
  },
});

test('a manifest is kept without the secrets in it, however YAML folds them', () => {
  const folder = mkdtempSync(join(tmpdir(), 'podproof-manifests-'));
  const env = CANARIES.map(({ text }, index) => ({
    name: `V${String(index)}`,
    value: `${'word '.repeat(20)}\n${text}`,
  }));
  keepManifest(folder, 'web', [pod([...env, { name: 'DB_PASSWORD', value: 'CaNaRy10x9Kq7Zt2Lm5Vb8Rw' }])]);
  const text = readFileSync(join(folder, 'web.yaml'), 'utf8');
  rmSync(folder, { recursive: true });
  expect(text).toContain('name: web');
  expect(canariesIn(text)).toEqual([]);
  expect(text).not.toMatch(/CaNaRy/);
});

test('equal manifests have equal digests', () => {
  expect(manifestDigest([pod([])])).toBe(manifestDigest([pod([])]));
  expect(manifestDigest([pod([])])).not.toBe(manifestDigest([pod([{ name: 'A', value: '1' }])]));
});
