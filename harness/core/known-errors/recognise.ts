import { API_ERRORS } from './api-server.ts';
import { CONNECTION_ERRORS } from './connections.ts';
import { DOWNLOAD_ERRORS } from './downloads.ts';
import { ENGINE_ERRORS } from './engine.ts';
import { IMAGE_ERRORS } from './images.ts';
import { KIND_ERRORS } from './kind.ts';
import type { KnownError } from './known-error.ts';
import { KUBEADM_ERRORS } from './kubeadm.ts';
import { KUBELET_ERRORS } from './kubelet.ts';
import { MINIKUBE_ERRORS } from './minikube.ts';
import { POD_ERRORS } from './pod-network.ts';
import { RUNTIME_ERRORS } from './runtime.ts';

/** By family, as docs/errors.md shows them. The nearer to the machine, the earlier: see {@link recognise}. */
export const KNOWN_ERRORS: Readonly<Record<string, readonly KnownError[]>> = {
  'Machine and container runtime': RUNTIME_ERRORS,
  'Container engine': ENGINE_ERRORS,
  kubelet: KUBELET_ERRORS,
  kubeadm: KUBEADM_ERRORS,
  Images: IMAGE_ERRORS,
  'Pod network and scheduler': POD_ERRORS,
  'API server and etcd': API_ERRORS,
  'Names, certificates, connections': CONNECTION_ERRORS,
  'Downloads of the builders': DOWNLOAD_ERRORS,
  kind: KIND_ERRORS,
  minikube: MINIKUBE_ERRORS,
};

const ALL = Object.values(KNOWN_ERRORS).flat();
/** Symptoms last: "the kubelet is not healthy" says less than the reason that stands a line above it. */
const IN_ORDER = [...ALL.filter((each) => each.isSymptom !== true), ...ALL.filter((each) => each.isSymptom)];

/**
 * The known message that a text contains. When there are several, a reason goes before a symptom, and then what is
 * nearer to the machine goes first; the order never depends on where in the text they stand.
 *
 * @returns undefined for an unknown text: then the text itself is all there is, and it must be shown
 * @example recognise('… no space left on device')?.id // 'HOST_DISK_FULL'
 */
export function recognise(text: string): KnownError | undefined {
  return IN_ORDER.find(({ pattern }) => pattern.test(text));
}
