import type { KubeObject } from '../core/kube.ts';

/**
 * What a container of a scenario may use when its manifest says nothing: far more than any needs, far less than the
 * machine has. A LimitRange, so that manifests stay as they are written. The small requests keep a laptop's nodes from
 * being full on paper.
 */
export function limitRange(namespace: string): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'podproof', namespace },
    spec: {
      limits: [
        {
          type: 'Container',
          default: { cpu: '1', memory: '256Mi' },
          defaultRequest: { cpu: '10m', memory: '16Mi' },
        },
      ],
    },
  };
}
