import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { stateOf } from './containers.ts';

type Inspected = Parameters<typeof stateOf>[0];

const recorded = async (): Promise<Inspected> =>
  JSON.parse(
    await readFile(new URL('fixtures/docker-26.1.5-inspect-kind-node.json', import.meta.url), 'utf8'),
  ) as Inspected;

describe('the state of a container', () => {
  test('is read from a recorded answer about a kind node', async () => {
    expect(stateOf(await recorded())).toMatchObject({
      name: 'podproof-d6b6b8-control-plane',
      image: 'podproof-node:v1.37.2-2dbb8bcf8f38',
      labels: { 'io.x-k8s.kind.role': 'control-plane' },
      state: 'running',
      running: true,
      restarts: 0,
      bindings: [
        { containerPort: '6443/tcp', hostAddress: '127.0.0.1', hostPort: '45599' },
        { containerPort: '6443/tcp', hostAddress: '127.0.0.1', hostPort: '45599' },
      ],
      addresses: { kind: '172.19.0.3' },
      volumes: ['32ce35a88c898c65e385173d6fb5442dcb01f74a40a07a4e7ae10a847dd905f7'],
      imageId: 'sha256:4adb85bd336dcda8bc0985a11e6e1ff204850eaf7ba458e8a717deaa2b863f18',
      mounts: [
        { type: 'bind', source: '/lib/modules', target: '/lib/modules', writable: false },
        { type: 'volume', target: '/var', writable: true },
      ],
    });
  });

  test('a binding that is only configured counts: it comes back with the next start', async () => {
    const found = await recorded();
    found.NetworkSettings.Ports = {};
    found.HostConfig.PortBindings = { '9000/tcp': [{ HostIp: '', HostPort: '9000' }] };
    expect(stateOf(found).bindings).toEqual([
      { containerPort: '9000/tcp', hostAddress: '', hostPort: '9000' },
    ]);
  });

  test('a port that is exposed but not published is no binding', async () => {
    const found = JSON.parse(
      JSON.stringify(await recorded()).replaceAll(/\[\{"HostIp"[^\]]*\]/g, 'null'),
    ) as Inspected;
    expect(stateOf(found).bindings).toEqual([]);
  });
});
