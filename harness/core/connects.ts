import type { Deadline } from './deadline.ts';

/**
 * Whether a TCP connection can be opened from this machine. Never rejects: who refuses, does not answer in time or
 * cannot be found is not reached.
 *
 * @example await connects('192.0.2.1', 10250, Deadline.in(2000, 'the kubelet to answer'))
 */
export type Connects = (host: string, port: number, deadline: Deadline) => Promise<boolean>;
