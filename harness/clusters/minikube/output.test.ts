import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parseEvents } from './events.ts';
import { hintFor, storyOf } from './failure.ts';
import { parseDefaultBase } from './image-choice.ts';
import { describeStatus, parseStatus } from './status.ts';
import { isTested, parseVersion } from './version.ts';

/** Recorded from minikube 1.38.1 on Linux, docker driver; folders of the machine were given other names. */
function recorded(name: string): string {
  return readFileSync(new URL(`fixtures/minikube-1.38.1-${name}`, import.meta.url), 'utf8');
}

describe('events of minikube start', () => {
  test('the steps of two nodes, in order', () => {
    const steps = parseEvents(recorded('start-2.ndjson')).filter((event) => event.type === 'step');
    expect(steps.map(({ name }) => name)).toEqual([
      ...['Initial Minikube Setup', 'Selecting Driver', 'Starting Node', 'Pulling Base Image'],
      ...['Creating Container', 'Preparing Kubernetes', 'Generating certificates', 'Booting control plane'],
      ...['Configuring RBAC rules', 'Configuring CNI', 'Verifying Kubernetes'],
      ...['Starting Node', 'Pulling Base Image', 'Creating Container', 'Preparing Kubernetes'],
      ...['Verifying Kubernetes', 'Done'],
    ]);
  });

  test('a start that succeeds tells errors, too: without a name', () => {
    const events = parseEvents(recorded('start-2.ndjson'));
    const errors = events.filter((event) => event.type === 'error');
    expect(errors).toHaveLength(5);
    expect(errors.every(({ name }) => name === '')).toBe(true);
    expect(events.at(-1)).toMatchObject({ type: 'step', name: 'Done' });
  });

  test.each([
    'docker: command not found',
    '{"specversion":"1.0","type":"io.k8s.sigs.minikube.step"}',
    '{"specversion":"2.0","type":"io.k8s.sigs.minikube.step","data":{"name":"Done"}}',
    '{"specversion":"1.0","type":"io.k8s.sigs.minikube.download.progress","data":{}}',
    '{"specversion":"1.0","type":"somebody.else.step","data":{}}',
    'null',
  ])('%s is none of them', (line) => {
    expect(parseEvents(line)).toEqual([]);
  });
});

describe('why minikube failed', () => {
  test('its id and its message, not the complaints on the way', () => {
    const story = storyOf(recorded('failed.ndjson'));
    expect(story).toMatch(/^GUEST_PROVISION: error provisioning guest: Failed to start host: recreate: /);
    expect(story).not.toContain('should not be used with root privileges');
    expect(storyOf(recorded('as-root.ndjson'))).toBe(
      'DRV_AS_ROOT: The "docker" driver should not be used with root privileges.',
    );
  });

  test('the cause before the end, and the advice that comes with it', () => {
    const output = recorded('no-engine.ndjson');
    expect(storyOf(output).split('\n')).toEqual([
      expect.stringMatching(/^PROVIDER_DOCKER_NOT_RUNNING: "docker version .*unix:\/\/\/nowhere\.sock/),
      'MK_USAGE: Ensure your Docker is running and is healthy.',
    ]);
    expect(hintFor(output.replaceAll('Cannot connect to the Docker daemon', ''), '')).toBe(
      'Start the Docker service. See https://minikube.sigs.k8s.io/docs/drivers/docker/',
    );
  });

  test('a message that podproof knows goes before the advice', () => {
    expect(hintFor(recorded('failed.ndjson'), 'write /x: no space left on device')).toMatch(/disk|space/i);
  });

  test('a profile that is not there is no failure of a name', () => {
    expect(storyOf(recorded('profile-missing.ndjson'))).toBe('');
  });
});

describe('minikube status', () => {
  test('one node is an object, several are an array', () => {
    expect(describeStatus(parseStatus(recorded('status-1.json')) ?? [])).toBe(
      'podproof-0a0b01: host Running, kubelet Running, API server Running',
    );
    expect(parseStatus(recorded('status-2.json'))?.map(({ isWorker }) => isWorker)).toEqual([false, true]);
  });

  test('a node that stopped', () => {
    expect(describeStatus(parseStatus(recorded('status-2-gone.json')) ?? [])).toMatch(
      /; podproof-0a0b02-m02: host Stopped, kubelet Stopped$/,
    );
  });

  test.each([recorded('profile-missing.ndjson'), 'null\n', '', '[{"Name":"x"}]'])(
    '%j is no status',
    (text) => {
      expect(parseStatus(text)).toBeUndefined();
    },
  );
});

test('the version, and whether it is tested', () => {
  const answer = '{"commit":"eb25dbc703701fa38c3f65c89a1896baa375e5ed","minikubeVersion":"v1.38.1"}';
  expect(parseVersion(answer)).toBe('1.38.1');
  expect(parseVersion('minikube version: v1.38.1')).toBeUndefined();
  expect(['1.37.9', '1.38.0', '1.39.0'].map(isTested)).toEqual([false, true, false]);
});

test('the base image that its help names', () => {
  expect(parseDefaultBase(recorded('help.txt'))).toMatch(
    /^gcr\.io\/k8s-minikube\/kicbase-builds:v0\.0\.50-1787134061-23516@sha256:[0-9a-f]{64}$/,
  );
  expect(parseDefaultBase('Error: unknown command')).toBeUndefined();
});
