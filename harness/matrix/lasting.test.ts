import { expect, test } from '@jest/globals';
import { lasting } from './lasting.ts';

/** Recorded from two runs of the same scenarios on clusters of the same image. */
const SAME: readonly (readonly [string, string])[] = [
  ['net:[4026532398] = node', 'net:[4026532205] = node'],
  ['eth0 lo veth1fc1ec43', 'eth0 lo veth0ab31b22 vethc3c7a0ca'],
  ['eth0 lo veth1fc1ec43 veth22 veth33 … (12)', 'eth0 lo veth99 veth22 veth33 … (16)'],
  [
    'pod IP 172.17.0.3 = host IP 172.17.0.3, hostname podproof-6edde8-worker',
    'pod IP 172.18.0.2 = host IP 172.18.0.2, hostname podproof-0a1b2c-worker',
  ],
  [
    '82 of the node’s 82 processes, with the other pod’s; its own is number 3783',
    '77 of the node’s 77 processes, with the other pod’s; its own is number 192187',
  ],
  ['process 2423 of the node runs as 405:100', 'process 154108 of the node runs as 405:100'],
  ['16 × its own pod, 24 × the other', '22 × its own pod, 18 × the other'],
  [
    'ReplicaSet "rollout-host-port-7c86d8554f" has timed out',
    'ReplicaSet "rollout-host-port-659888bdbd" has timed out',
  ],
  ['uid 3854958592 on the node', 'uid 2012938240 on the node'],
];

const DIFFERENT: readonly (readonly [string, string])[] = [
  ['refused (curl 7)', 'timed out (curl 28)'],
  ['200 "ok"', '403 "ok"'],
  ['runs as 405:100', 'runs as 0:0'],
  ['podproof-6edde8-worker', 'podproof-6edde8-worker2'],
  ['own mnt namespace', 'the node’s mnt namespace'],
];

test.each(SAME)('%j and %j say the same', (one, other) => {
  expect(lasting(one)).toBe(lasting(other));
});

test.each(DIFFERENT)('%j and %j do not', (one, other) => {
  expect(lasting(one)).not.toBe(lasting(other));
});
