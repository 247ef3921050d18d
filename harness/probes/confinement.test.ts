import { expect, test } from '@jest/globals';
import { parseMounts } from './confinement.ts';

/** Recorded in a plain and in a privileged container of containerd 2.3.7, shortened. */
const PLAIN = `2355 2353 0:680 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw
2356 2353 0:681 / /dev rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755
2359 2353 0:676 / /sys ro,nosuid,nodev,noexec,relatime - sysfs sysfs ro
2360 2359 0:683 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime - tmpfs tmpfs rw,mode=755
1424 2355 0:680 /sys /proc/sys ro,nosuid,nodev,noexec,relatime - proc proc rw
1427 2355 0:681 /null /proc/keys rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755
1429 2359 0:684 / /sys/firmware ro,relatime - tmpfs tmpfs ro,size=4k,nr_inodes=1
`;
const PRIVILEGED = `2444 2442 0:696 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw
2448 2442 0:692 / /sys rw,nosuid,nodev,noexec,relatime - sysfs sysfs rw
2449 2448 0:699 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime - tmpfs tmpfs rw,mode=755
2450 2449 0:29 /kubelet /sys/fs/cgroup/cpu rw,nosuid,nodev,noexec,relatime master:39 - cgroup cgroup rw,cpu
`;

test('tells what of /proc and /sys is covered, whatever it is covered with, and leaves control groups out', () => {
  expect(parseMounts(PLAIN)).toEqual({
    covered: ['/proc/keys', '/proc/sys', '/sys/firmware'],
    sysReadOnly: true,
  });
  expect(parseMounts(PRIVILEGED)).toEqual({ covered: [], sysReadOnly: false });
});
