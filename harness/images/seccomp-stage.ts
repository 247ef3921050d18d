import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stage } from './stage.ts';
import type { Workshop } from './workshop.ts';

/** Headers and library that runc is compiled with, and the pkg-config that finds them. Nothing is installed. */
export function seccompStage(shop: Workshop): Stage {
  const packages = ['libseccomp-dev', 'libseccomp2', 'pkgconf-bin', 'libpkgconf3'];
  return {
    name: 'seccomp',
    title: 'node image: libseccomp',
    estimateMs: 3000,
    lane: 'network',
    needs: [],
    inputs: [],
    settings: { packages, architecture: shop.architecture },
    async build(job) {
      const { into, deadline, step: progress } = job;
      await shop.debian.unpack({ suite: 'bookworm', packages, into, deadline, progress });
      await readdir(join(into, 'usr/include'));
    },
  };
}

/** The environment in which the compiler finds what this stage unpacked into `folder`, and only that. */
export function seccompEnvironment(folder: string, architecture: 'amd64' | 'arm64'): Record<string, string> {
  const triplet = { amd64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' }[architecture];
  const libraries = join(folder, 'usr/lib', triplet);
  return {
    PKG_CONFIG: join(folder, 'usr/bin/pkgconf'),
    PKG_CONFIG_LIBDIR: join(libraries, 'pkgconfig'),
    PKG_CONFIG_SYSROOT_DIR: folder,
    LD_LIBRARY_PATH: libraries,
  };
}
