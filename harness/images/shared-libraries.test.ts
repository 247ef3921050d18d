import { describe, expect, test } from '@jest/globals';
import { parseLdd } from './shared-libraries.ts';

/** glibc 2.36, two files at once. */
const LDD = `/usr/sbin/xtables-nft-multi:
\tlinux-vdso.so.1 (0x00007fafe413d000)
\tlibxtables.so.12 => /lib/x86_64-linux-gnu/libxtables.so.12 (0x00007fafe407e000)
\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007fafe3e61000)
\t/lib64/ld-linux-x86-64.so.2 (0x00007fafe413f000)
/usr/lib/x86_64-linux-gnu/xtables/libxt_statistic.so:
\tlinux-vdso.so.1 (0x00007ffd22bd6000)
\tlibm.so.6 => /lib/x86_64-linux-gnu/libm.so.6 (0x00007f3e4a8d9000)
\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f3e4a6f8000)
/usr/bin/busybox:
\tstatically linked
`;

describe('parseLdd', () => {
  test('lists every library once, with the loader and without the kernel’s own', () => {
    expect(parseLdd(LDD)).toEqual([
      '/lib/x86_64-linux-gnu/libc.so.6',
      '/lib/x86_64-linux-gnu/libm.so.6',
      '/lib/x86_64-linux-gnu/libxtables.so.12',
      '/lib64/ld-linux-x86-64.so.2',
    ]);
  });

  test('a missing library is an error here and not a crash in a pod', () => {
    expect(() => parseLdd('\tlibm.so.6 => not found\n')).toThrow('libm.so.6');
  });
});
