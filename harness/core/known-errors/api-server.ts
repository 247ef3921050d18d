import type { KnownError } from './known-error.ts';

/** What the API server and etcd answer. */
export const API_ERRORS: readonly KnownError[] = [
  {
    id: 'API_POD_SECURITY',
    pattern: /violates PodSecurity "[^"]+"/,
    sample:
      'pods "pod-hn" is forbidden: violates PodSecurity "baseline:latest": host namespaces (hostNetwork=true)',
    cause: 'The namespace enforces a Pod Security level that does not allow what the pod asks for.',
    hint: 'Raise the level of the scenario’s namespace to what it needs.',
    link: 'https://kubernetes.io/docs/concepts/security/pod-security-standards/',
  },
  {
    id: 'API_NO_SERVICE_ACCOUNT',
    pattern: /error looking up service account [^\s:]+: serviceaccount "[^"]+" not found/,
    sample:
      'pods "pod-hn" is forbidden: error looking up service account podproof-1/default: serviceaccount "default" not found',
    cause: 'The namespace is so new that its default service account is not there yet.',
    hint: 'Run again. If it stays so, the controller manager of the cluster does not run.',
    link: 'https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/',
  },
  {
    id: 'API_NAMESPACE_ENDING',
    pattern: /unable to create new content in namespace \S+ because it is being terminated/,
    sample:
      'pods "pod-hn" is forbidden: unable to create new content in namespace podproof-1 because it is being terminated',
    cause: 'The namespace is being removed, by a clean-up or by another program.',
    hint: 'Run again; look for another run that cleans up at the same time.',
    link: 'https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/',
  },
  {
    id: 'API_UNKNOWN_FIELD',
    pattern: /strict decoding error: unknown field "(?:spec|metadata|data)\b/,
    sample:
      'Pod in version "v1" cannot be handled as a Pod: strict decoding error: unknown field "spec.hostNetwrok"',
    cause: 'The manifest has a field that this Kubernetes does not know: a misspelling, or a newer field.',
    hint: '`npm run podproof -- validate` names the line and what was meant.',
    link: 'https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation',
  },
  {
    id: 'API_CONFLICT',
    pattern: /the object has been modified; please apply your changes to the latest version and try again/,
    sample:
      'Operation cannot be fulfilled on pods "pod-hn": the object has been modified; please apply your changes to the latest version and try again',
    cause: 'Somebody changed the object between reading and writing it.',
    hint: 'Run again; look for a controller or another run that writes the same object.',
    link: 'https://kubernetes.io/docs/reference/using-api/api-concepts/#resource-versions',
  },
  {
    id: 'API_UNAVAILABLE',
    pattern: /the server is currently unable to handle the request/,
    sample: 'the server is currently unable to handle the request (get pods)',
    cause: 'The API server is starting, overloaded, or has lost etcd.',
    hint: 'Run again when the machine is less busy.',
    link: 'https://kubernetes.io/docs/tasks/debug/debug-cluster/',
    isSymptom: true,
  },
  {
    id: 'API_WEBHOOK',
    pattern: /failed calling webhook "[^"]+"/,
    sample:
      'Internal error occurred: failed calling webhook "validate.example": failed to call webhook: Post "https://webhook.example.svc:443/validate?timeout=10s": context deadline exceeded',
    cause: 'The cluster asks a program of its own before it accepts objects, and that does not answer.',
    hint: 'Repair or remove the webhook: kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations',
    link: 'https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/',
  },
  {
    id: 'API_NO_KUBELET',
    pattern: /error dialing backend: /,
    sample: 'error dialing backend: dial tcp 172.18.0.3:10250: connect: connection refused',
    cause: 'The API server does not reach the kubelet of the node: exec and logs do not work.',
    hint: 'Look whether the node runs (`docker ps`) and is Ready; run with --fresh.',
    link: 'https://kubernetes.io/docs/concepts/architecture/control-plane-node-communication/',
  },
  {
    id: 'API_NO_CONTAINER',
    pattern: /unable to upgrade connection: (?:container not found|pod does not exist)/,
    sample: 'unable to upgrade connection: container not found ("main")',
    cause: 'The container that a command was meant for does not run any more.',
    hint: 'kubectl describe pod and kubectl logs --previous tell why it ended.',
    link: 'https://kubernetes.io/docs/tasks/debug/debug-application/debug-pods/',
  },
  {
    id: 'ETCD_TIMEOUT',
    pattern: /etcdserver: (?:request timed out|leader changed)/,
    sample: 'etcdserver: request timed out',
    cause: 'etcd waits for the disk: it is slow, or the machine is overloaded.',
    hint: 'Run again when the machine is less busy; a disk on a network is too slow for etcd.',
    link: 'https://etcd.io/docs/v3.6/faq/',
  },
  {
    id: 'ETCD_FULL',
    pattern: /etcdserver: mvcc: database space exceeded/,
    sample: 'etcdserver: mvcc: database space exceeded',
    cause: 'etcd has reached its limit and takes no more writes.',
    hint: 'Make a new cluster: run with --fresh.',
    link: 'https://etcd.io/docs/v3.6/op-guide/maintenance/',
  },
];
