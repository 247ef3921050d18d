import { describe, expect, test } from '@jest/globals';
import { KNOWN_ERRORS, recognise } from './recognise.ts';

const ALL = Object.values(KNOWN_ERRORS).flat();

describe('the catalogue of known messages', () => {
  test.each(ALL.map((each) => [each.id, each] as const))(
    '%s knows its own text, and only that',
    (_id, known) => {
      expect(ALL.filter(({ pattern }) => pattern.test(known.sample)).map(({ id }) => id)).toEqual([known.id]);
    },
  );

  test('has at least 60 entries, each with an id of its own and a public page', () => {
    expect(ALL.length).toBeGreaterThanOrEqual(60);
    expect(new Set(ALL.map(({ id }) => id)).size).toBe(ALL.length);
    expect(
      ALL.filter(({ id, link }) => !/^[A-Z][A-Z0-9_]+$/.test(id) || !/^https:\/\/\S+$/.test(link)),
    ).toEqual([]);
  });

  test('patterns remember nothing between two texts', () => {
    expect(ALL.filter(({ pattern }) => pattern.global || pattern.sticky)).toEqual([]);
  });
});

describe('recognise', () => {
  test.each([
    'Waited 120.0 s for 3 nodes. Last seen: worker NotReady',
    'ReferenceError: cluster is not defined',
    'the disk has space left, the device is open, and nothing was refused',
    'kubelet Started container main; image pulled; port 9000; certificate; token; proxy',
    '',
  ])('takes %j for what it is: unknown', (text) => {
    expect(recognise(text)).toBeUndefined();
  });

  test('what healthy software writes is no known error', () => {
    const healthy = [
      'Creating cluster "podproof-3f2a91" ...',
      ' ✓ Ensuring node image (podproof-node:v1.37.2-536a3ed0635d) 🖼',
      ' ✓ Starting control-plane 🕹️',
      '[init] Using Kubernetes version: v1.37.2',
      '[kubelet-check] The kubelet is healthy after 1.001467386s',
      '[wait-control-plane] Waiting for the kubelet to boot up the control plane as static Pods',
      'Status: Image is up to date for kindest/node:v1.37.0',
      'level=info msg="Start event monitor"',
      'I1127 20:11:02.1 server.go:1262] "Started kubelet"',
      'I1127 20:11:02.2 plugin_watcher.go:1] "The desired_state_of_world populator starts" address space volumes',
      'Successfully assigned podproof-1/pod-hn to podproof-3f2a91-worker',
      'Container image "localhost/podproof/workload:v1" already present on machine',
      'go: downloading sigs.k8s.io/kind v0.33.0',
      'Get:1 http://mirror.example/debian bookworm InRelease [151 kB]',
    ];
    expect(healthy.filter((line) => recognise(line) !== undefined)).toEqual([]);
  });

  test('a reason goes before a symptom, wherever they stand', () => {
    const symptom = '[kubelet-check] The kubelet is not healthy after 4m0s';
    const reason = 'failed to create fsnotify watcher: too many open files';
    for (const text of [`${symptom}\n${reason}`, `${reason}\n${symptom}`]) {
      expect(recognise(text)?.id).toBe('HOST_INOTIFY');
    }
    expect(recognise(symptom)?.id).toBe('KUBEADM_KUBELET_UNHEALTHY');
  });

  test('of two reasons the one nearer to the machine goes first', () => {
    const pull = 'toomanyrequests: You have reached your unauthenticated pull rate limit.';
    const disk = 'write /var/lib/docker/tmp/x: no space left on device';
    expect(recognise(`${pull}\n${disk}`)?.id).toBe('HOST_DISK_FULL');
    expect(recognise(`${disk}\n${pull}`)?.id).toBe('HOST_DISK_FULL');
  });

  test('a text of a megabyte costs no more than a moment', () => {
    const noise =
      'I1127 20:11:02.101 reflector.go:430] "Caches populated" type="*v1.Node" dial tcp lookup open \n'.repeat(
        10_000,
      );
    const startedAt = performance.now();
    expect(recognise(noise)).toBeUndefined();
    expect(performance.now() - startedAt).toBeLessThan(2000);
  });
});
