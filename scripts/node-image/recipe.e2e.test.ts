import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';

/** What the compilers and shells of this machine say about the recipe. Needs Go and bash, no engine, no network. */
const run = promisify(execFile);
const MODULES = ['node-image/agent', 'workload-image/serve', 'workload-image/push', 'workload-image/session'];
const SCRIPTS = ['node-image/entrypoint', 'node-image/kubelet-cgroup-v2', 'k3s-image/k3s-like'];

describe('the recipe of the images', () => {
  test.each(MODULES)(
    '%s: go vet, go test and gofmt are content',
    async (module) => {
      const cwd = join(import.meta.dirname, '..', module);
      await run('go', ['vet', './...'], { cwd });
      const { stdout } = await run('go', ['test', './...'], { cwd });
      expect(stdout).toMatch(/^ok\s/m);
      expect((await run('gofmt', ['-l', '.'], { cwd })).stdout).toBe('');
    },
    180_000,
  );

  test.each(SCRIPTS)('%s is a shell script without syntax errors', async (name) => {
    const [image = '', program = ''] = name.split('/');
    const script = join(import.meta.dirname, '..', image, 'rootfs/usr/local/bin', program);
    await expect(run('bash', ['-n', script])).resolves.toMatchObject({ stderr: '' });
  });
});
