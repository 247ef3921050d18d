import { describe, expect, test } from '@jest/globals';
import { Deadline } from '../../core/deadline.ts';
import type { ForeignObject, ObjectSubmitter, Submission } from '../../core/submission.ts';
import { parseViolations, podSecurityOf } from './pod-security.ts';

/** As Kubernetes 1.37.2 says it, for badPods' everything-allowed pod. */
const BASELINE =
  'pods "everything-allowed-exec-pod" is forbidden: violates PodSecurity "baseline:v1.37": host namespaces (hostNetwork=true, hostPID=true, hostIPC=true), hostPath volumes (volume "noderoot"), privileged (container "everything-allowed-pod" must not set securityContext.privileged=true)';
const RESTRICTED =
  'pods "p" is forbidden: violates PodSecurity "restricted:v1.37": allowPrivilegeEscalation != false (container "main" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (container "main" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or container "main" must set securityContext.runAsNonRoot=true), seccompProfile (pod or container "main" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")';

describe('parseViolations', () => {
  test('splits reasons and keeps the commas of their details', () => {
    expect(parseViolations(BASELINE)).toEqual([
      { reason: 'host namespaces', detail: 'hostNetwork=true, hostPID=true, hostIPC=true' },
      { reason: 'hostPath volumes', detail: 'volume "noderoot"' },
      {
        reason: 'privileged',
        detail: 'container "everything-allowed-pod" must not set securityContext.privileged=true',
      },
    ]);
    expect(parseViolations(RESTRICTED)?.map(({ reason }) => reason)).toEqual([
      'allowPrivilegeEscalation != false',
      'unrestricted capabilities',
      'runAsNonRoot != true',
      'seccompProfile',
    ]);
  });

  test('any other refusal is none of Pod Security', () => {
    expect(parseViolations('pods "p" is forbidden: error looking up service account')).toBeUndefined();
  });
});

describe('podSecurityOf', () => {
  const ask = (answers: Record<string, Partial<Submission>>): ReturnType<typeof podSecurityOf> => {
    const kube: ObjectSubmitter = {
      submit: (object: ForeignObject, { namespace, dryRun }) => {
        expect(dryRun).toBe(true);
        expect(object).toMatchObject({ metadata: { namespace } });
        const refused = { kind: 'refused', status: 403, message: '', warnings: [], ...answers[namespace] };
        const accepted = { kind: 'accepted', warnings: [], object: {} };
        return Promise.resolve((namespace in answers ? refused : accepted) as Submission);
      },
    };
    const namespaces = { baseline: 'b', restricted: 'r' };
    return podSecurityOf(
      { metadata: { namespace: 'x' } },
      { kube, namespaces, deadline: Deadline.in(1000, 'the test') },
    );
  };

  test('the level is the strictest one that takes the pod', async () => {
    expect(await ask({})).toMatchObject({ level: 'restricted' });
    expect(await ask({ r: { message: RESTRICTED } })).toMatchObject({ level: 'baseline', baseline: [] });
    expect(await ask({ b: { message: BASELINE }, r: { message: RESTRICTED } })).toMatchObject({
      level: 'privileged',
    });
  });

  test('an invalid pod has no level', async () => {
    const why = 'Pod "p" is invalid: spec.containers: Required value';
    expect(await ask({ b: { message: why }, r: { message: why } })).toEqual({ level: 'unknown', why });
  });
});
