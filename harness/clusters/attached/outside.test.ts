import { describe, expect, test } from '@jest/globals';
import type { ClusterNode } from '../../core/cluster.ts';
import { Deadline } from '../../core/deadline.ts';
import { ScriptedRunner } from '../../testing/scripted-runner.ts';
import { outsideOf } from './outside.ts';

const deadline = Deadline.in(5000, 'the test');
const NODES: readonly ClusterNode[] = ['10.0.0.1', '10.0.0.2'].map((address, index) => ({
  name: `node-${String(index)}`,
  address,
  role: 'worker',
  schedulable: true,
  runner: new ScriptedRunner(),
}));
const reaching = (...addresses: readonly string[]) => ({
  shell: new ScriptedRunner(),
  connects: (host: string) => Promise.resolve(addresses.includes(host)),
});

describe('outsideOf', () => {
  test('this machine, when it has curl and reaches every node', async () => {
    const outside = await outsideOf(NODES, reaching('10.0.0.1', '10.0.0.2'), deadline);
    expect(outside.lacks).toBeUndefined();
    expect((await outside.runner(deadline)).where).toBe('this machine, outside of every node');
  });

  test('nobody, with the reason, when one node is out of reach', async () => {
    const outside = await outsideOf(NODES, reaching('10.0.0.1'), deadline);
    expect(outside.lacks).toBe('this machine does not reach node node-1 at 10.0.0.2');
    await expect(outside.runner(deadline)).rejects.toMatchObject({ code: 'NOBODY_OUTSIDE', exitCode: 4 });
  });

  test('nobody without curl', async () => {
    const shell = new ScriptedRunner(() => ({ notStarted: 'ENOENT' }));
    const { connects } = reaching('10.0.0.1', '10.0.0.2');
    expect((await outsideOf(NODES, { shell, connects }, deadline)).lacks).toBe('this machine has no curl');
  });
});
