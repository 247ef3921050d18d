import { join } from 'node:path';
import type { StageJob } from './stage.ts';
import { install } from './tree.ts';
import { work, type Workshop } from './workshop.ts';

/**
 * The files that ldd names: libraries with an arrow, and the loader without one. Names that it does not find make
 * the list incomplete, so they are an error.
 *
 * @throws when a library is missing
 */
export function parseLdd(text: string): string[] {
  const missing = /(\S+) => not found/.exec(text)?.[1];
  if (missing !== undefined) throw new Error(`a shared library is missing: ${missing}`);
  const paths = [...text.matchAll(/^\s+(?:\S+ => )?(\/\S+) \(0x/gm)].map((match) => match[1] ?? '');
  return [...new Set(paths)].sort();
}

/**
 * Copies programs out of a root file system together with every library that they or the given plugins load.
 * Plugins count too: iptables loads its extensions at run time, and one of them needs libm that iptables does not.
 */
export async function installWithLibraries(
  shop: Workshop,
  job: StageJob,
  request: { readonly from: string; readonly into: string; readonly files: readonly string[] },
): Promise<void> {
  const { from, into, files } = request;
  const absolute = files.map((file) => `/${file}`);
  const listing = await work(shop, {
    argv: ['chroot', from, 'ldd', ...absolute],
    what: 'the list of shared libraries',
    deadline: job.deadline,
  });
  for (const path of [...absolute, ...parseLdd(listing)]) {
    const normal = path.replace(/^\/(?=(?:bin|sbin|lib|lib64)\/)/, '/usr/');
    await install(into, normal, { file: join(from, path) });
  }
}
