import { describe, expect, test } from '@jest/globals';
import type { NewRunEvent } from '../core/events.ts';
import { patientWith } from '../doctor/testing/healthy-patient.ts';
import { checkUp, tellFindings } from './check-up.ts';

const never = new AbortController().signal;

describe('checkUp', () => {
  test.each(['start', 'engine', 'cluster'] as const)(
    'says nothing at %s when all is well',
    async (moment) => {
      expect(await checkUp(moment, patientWith(), never)).toEqual([]);
    },
  );

  test('returns warnings and automatic fixes, and stops nothing for them', async () => {
    const patient = patientWith({ daemon: { cgroupVersion: '1', security: ['selinux'] } });
    const found = await checkUp('engine', patient, never);
    expect(found.map(({ id, level }) => `${id} ${level}`)).toEqual(['D06 auto-fixed', 'D24 warn']);
  });

  test('stops the run before there is a cluster', async () => {
    const patient = patientWith({
      probe: { kind: 'failed', image: 'node:1', why: 'exit 126' },
      inotifyUsed: 8190,
    });
    await expect(checkUp('cluster', patient, never)).rejects.toMatchObject({
      code: 'DOCTOR_FAILED',
      exitCode: 3,
      message: expect.stringMatching(/^D10 [^]*\nD27 /),
    });
  });

  test('looks at nothing that the moment does not have yet', async () => {
    const patient = patientWith({
      patient: { engine: () => Promise.reject(new Error('no engine was started yet')) },
    });
    expect(await checkUp('start', patient, never)).toEqual([]);
  });
});

test('no event without a finding', () => {
  const events: NewRunEvent[] = [];
  tellFindings([], { emit: (event) => events.push(event) });
  expect(events).toEqual([]);
});
