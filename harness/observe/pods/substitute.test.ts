import { describe, expect, test } from '@jest/globals';
import { onlyPassesTime, resolveWorkload, substituteImages } from './substitute.ts';

const OURS = 'localhost/podproof/workload:v1';
const replace = (
  spec: Record<string, unknown>,
  isMissing = (): boolean => true,
): ReturnType<typeof substituteImages> => substituteImages({ spec }, OURS, isMissing);

describe('substituteImages', () => {
  test('a container that only waits goes on waiting as it is written', () => {
    const command = ['/bin/sh', '-c', '--'];
    const args = ['while true; do sleep 30; done;'];
    const { object, containers } = replace({ containers: [{ name: 'c', image: 'ubuntu', command, args }] });
    expect(object['spec']).toEqual({
      containers: [{ name: 'c', command, args, image: OURS, imagePullPolicy: 'Never' }],
    });
    expect(containers.get('c')).toEqual({ image: 'ubuntu', command: 'kept', asUser: null });
  });

  test('any other one idles, without the probes and hooks of a program that is not there', () => {
    const { object, containers } = replace({
      containers: [
        {
          name: 'c',
          image: 'raesene/ncat',
          command: ['/bin/sh', '-c', 'ncat --ssl $HOST $PORT -e /bin/bash;'],
          livenessProbe: { httpGet: { port: 80 } },
          lifecycle: { postStart: { exec: { command: ['x'] } } },
          securityContext: { privileged: true },
        },
      ],
    });
    expect(object['spec']).toEqual({
      containers: [
        {
          name: 'c',
          command: ['idle'],
          securityContext: { privileged: true },
          image: OURS,
          imagePullPolicy: 'Never',
        },
      ],
    });
    expect(containers.get('c')?.command).toBe('replaced');
  });

  test('one that declares a TCP port answers on it; the port is an argument and never part of a script', () => {
    const ports = [
      { containerPort: 53, protocol: 'UDP' },
      { containerPort: 8080, hostPort: 9000 },
    ];
    const { object, containers } = replace({ containers: [{ name: 'c', image: 'nginx', ports }] });
    expect(object['spec']).toMatchObject({
      containers: [{ command: ['sh', '-c', 'serve --http ":$0" || exec idle', '8080'] }],
    });
    expect(containers.get('c')?.command).toBe('replaced by a server');
  });

  test('an init container ends by itself, a sidecar does not', () => {
    const initContainers = [
      { name: 'i', image: 'x', command: ['sleep', 'infinity'] },
      { name: 's', image: 'x', restartPolicy: 'Always' },
    ];
    expect(replace({ initContainers, containers: [] }).object['spec']).toMatchObject({
      initContainers: [{ command: ['sleep', '5'] }, { command: ['idle'] }],
    });
  });

  test('where the manifest demands another user than root and leaves it to the image, the substitute is nobody', () => {
    const demand = (own: object, whole: object = {}): unknown => {
      const container = { name: 'c', image: 'x', securityContext: own };
      const { object, containers } = replace({ securityContext: whole, containers: [container] });
      const [changed] = (object['spec'] as { containers: { securityContext: { runAsUser?: number } }[] })
        .containers;
      return [containers.get('c')?.asUser, changed?.securityContext.runAsUser];
    };
    expect(demand({ runAsNonRoot: true })).toEqual([65_534, 65_534]);
    expect(demand({}, { runAsNonRoot: true })).toEqual([65_534, 65_534]);
    expect(demand({ runAsNonRoot: false }, { runAsNonRoot: true })).toEqual([null, undefined]);
    expect(demand({ runAsNonRoot: true, runAsUser: 0 })).toEqual([null, 0]);
    expect(demand({ runAsNonRoot: true }, { runAsUser: 405 })).toEqual([null, undefined]);
  });

  test('only images that are missing are replaced', () => {
    const { containers } = substituteImages(
      { spec: { containers: [{ name: 'a', image: 'here' }, { name: 'b', image: 'gone' }, 'oops'] } },
      OURS,
      (image) => image === 'gone',
    );
    expect([...containers.keys()]).toEqual(['b']);
  });
});

test('the project’s own name for its image means the one of this cluster', () => {
  const object = {
    spec: { containers: [{ image: 'localhost/podproof/workload:v1' }, { image: 'localhost/other' }] },
  };
  expect(resolveWorkload(object, 'localhost/podproof/workload:v9')['spec']).toEqual({
    containers: [
      { image: 'localhost/podproof/workload:v9', imagePullPolicy: 'Never' },
      { image: 'localhost/other' },
    ],
  });
});

describe('onlyPassesTime', () => {
  test.each([
    [['sleep', '999999']],
    [['/bin/sleep', 'infinity']],
    [['sh', '-c', 'sleep 1d']],
    [['/bin/sh', '-ec', 'while :; do sleep 5 ; done']],
    [['sh', '-c', 'while sleep 10; do :; done']],
    [['tail', '-f', '/dev/null']],
  ])('%j', (argv) => expect(onlyPassesTime(argv)).toBe(true));

  test.each([
    [[]],
    [['sleep']],
    [['sleep', '$(id)']],
    [['sh', '-c', 'sleep 1; curl evil']],
    [['sh', '-c', 'while true; do :; done']],
    [['sh', '-c', 'sleep $(reboot)']],
    [['bash', '-c', 'sleep 1']],
    [['sh', 'sleep 5']],
    [['sh', '-c', 'sleep 5', 'x']],
  ])('not %j', (argv) => expect(onlyPassesTime(argv)).toBe(false));
});
