import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { thisPatient } from '../compose/patient.ts';
import { resolvePlaces } from '../config/places.ts';
import { connectDocker } from '../docker/connect.ts';
import type { DockerEngine } from '../docker/engine-port.ts';
import { e2eSetting, within } from '../testing/e2e-settings.ts';
import { CHECKS } from './all-checks.ts';
import { examine } from './examine.ts';

/** The doctor in a real engine, beside a real cluster. */
let docker: DockerEngine;
beforeAll(async () => {
  docker = await connectDocker({ endpoint: e2eSetting('PODPROOF_E2E_ENGINE'), env: {} });
});
afterAll(() => docker.close());

function onThisMachine(): ReturnType<typeof thisPatient> {
  const image = e2eSetting('PODPROOF_E2E_NODE_IMAGE');
  return thisPatient({
    settings: { provider: 'kind', nodes: 1, image, allowRemoteDocker: false },
    places: { ...resolvePlaces({}), cache: e2eSetting('PODPROOF_E2E_CACHE') },
    deadline: within(9.5),
  });
}

describe('the doctor on this machine', () => {
  test('gets an answer to every question that an engine can answer, in ten seconds, and leaves nothing', async () => {
    const before = await docker.containers.list({}, within(10));
    const patient = await onThisMachine();
    const { checks, ms } = await examine(CHECKS, patient, { deadline: within(9.5) }).finally(patient.close);
    expect(ms).toBeLessThan(10_000);
    // A cluster of one's own, pulls that nobody needs, and another provider's command.
    const silent = checks.filter(({ level }) => level === 'skipped').map(({ id }) => id);
    expect(silent).toEqual(['D21', 'D23', 'D28']);
    expect(checks.filter(({ level }) => level === 'refuse')).toEqual([]);
    expect(checks.filter(({ seen }) => seen.startsWith('could not look'))).toEqual([]);
    const after = await docker.containers.list({}, within(10));
    expect(after.map(({ id }) => id).toSorted()).toEqual(before.map(({ id }) => id).toSorted());
  });

  test('sees that a privileged container can or cannot lower its OOM score, and what the image does about it', async () => {
    const patient = await onThisMachine();
    const probe = await patient.probe().finally(patient.close);
    expect(probe).toMatchObject({ kind: 'ran', image: e2eSetting('PODPROOF_E2E_NODE_IMAGE') });
    expect(probe.kind === 'ran' && probe.disk.freeBytes).toBeGreaterThan(0);
    expect(probe.kind === 'ran' && probe.inotify.used).toBeGreaterThan(0);
  });
});
