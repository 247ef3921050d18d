import type { KnownError } from './known-error.ts';

/** Image registries, and images that do not fit. */
export const IMAGE_ERRORS: readonly KnownError[] = [
  {
    id: 'IMAGE_RATE_LIMIT',
    pattern: /toomanyrequests: |You have reached your (?:unauthenticated )?pull rate limit/,
    sample:
      'Error response from daemon: toomanyrequests: You have reached your unauthenticated pull rate limit. https://www.docker.com/increase-rate-limit',
    cause: 'The registry counts pulls by address, and yours has used its share.',
    hint: 'Wait for some hours, `docker login`, or use a mirror.',
    link: 'https://docs.docker.com/docker-hub/usage/pulls/',
  },
  {
    id: 'IMAGE_DENIED',
    pattern: /pull access denied for [^,\n]+, repository does not exist or may require 'docker login'/,
    sample:
      "Error response from daemon: pull access denied for podproof-node, repository does not exist or may require 'docker login': denied: requested access to the resource is denied",
    cause: 'There is no such image in that registry, or it is private.',
    hint: 'Check the name; for a private one `docker login`.',
    link: 'https://docs.docker.com/reference/cli/docker/image/pull/',
  },
  {
    id: 'IMAGE_UNAUTHORIZED',
    // The engine leaves out the message of a registry that is the usual one.
    pattern: /unauthorized(?:: (?:authentication required|incorrect username or password)|$)/m,
    sample:
      'Error response from daemon: Head "https://registry.example/v2/x/manifests/1": unauthorized: authentication required',
    cause: 'The registry wants a login, or the stored one has expired.',
    hint: '`docker login` with that registry, or `docker logout` to go without.',
    link: 'https://docs.docker.com/reference/cli/docker/login/',
  },
  {
    id: 'IMAGE_UNKNOWN',
    pattern: /manifest unknown|failed to resolve reference "[^"]+": [^\n]*: not found/,
    sample:
      'Error response from daemon: manifest for kindest/node:v9.9.9 not found: manifest unknown: manifest unknown',
    cause: 'The registry has no image of that tag or digest.',
    hint: 'Check the tag; leave --image out to let podproof choose.',
    link: 'https://github.com/kubernetes-sigs/kind/releases',
  },
  {
    id: 'IMAGE_WRONG_PLATFORM',
    pattern: /no matching manifest for \S+ in the manifest list entries/,
    sample:
      'Error response from daemon: no matching manifest for linux/arm64/v8 in the manifest list entries: no match for platform in manifest: not found',
    cause: 'The image does not exist for the architecture of this machine.',
    hint: 'Choose another image; kind’s own exist for amd64 and arm64.',
    link: 'https://kind.sigs.k8s.io/docs/user/known-issues/#unsupported-architectures',
  },
  {
    id: 'IMAGE_EXEC_FORMAT',
    pattern: /exec [^\n:]*: exec format error|exec user process caused: exec format error/,
    sample: 'exec /usr/local/bin/entrypoint: exec format error',
    cause: 'The image is of another architecture than the machine, and there is no emulator for it.',
    hint: '`docker image rm` it and take the one for your architecture.',
    link: 'https://docs.docker.com/build/building/multi-platform/',
  },
  {
    id: 'IMAGE_NOT_IN_NODE',
    pattern: /Container image "[^"]+" is not present with pull policy of Never/,
    sample: 'Container image "localhost/podproof/workload:v1" is not present with pull policy of Never',
    cause: 'The node does not have the image, and the manifest forbids pulling it.',
    hint: 'On a cluster of podproof run with --fresh: images are brought into the nodes when it is made. On an attached one bring it there (`npm run podproof -- save-images`), or name one that the nodes can pull: --workload-image REF',
    link: 'https://kubernetes.io/docs/concepts/containers/images/#image-pull-policy',
  },
  {
    id: 'IMAGE_BAD_NAME',
    pattern: /Failed to apply default image tag "[^"]*"|invalid reference format/,
    sample:
      'Failed to apply default image tag "Bad Name": couldn\'t parse image name "Bad Name": invalid reference format',
    cause: 'That is no image name: capitals, spaces, or something missing.',
    hint: 'Correct the name in the manifest or after --image.',
    link: 'https://pkg.go.dev/github.com/distribution/reference',
  },
  {
    id: 'IMAGE_GONE',
    pattern: /No such image: \S+/,
    sample: 'Error response from daemon: No such image: podproof-node:v1.37.2-536a3ed0635d',
    cause:
      'Somebody removed the image from the engine while it was needed (a prune, another run’s clean-up).',
    hint: 'Run again: podproof brings it back.',
    link: 'https://docs.docker.com/reference/cli/docker/image/prune/',
  },
  {
    id: 'IMAGE_BACK_OFF',
    pattern: /Back-off pulling image "/,
    sample: 'Back-off pulling image "docker.io/library/nginx:1.27"',
    cause: 'Earlier attempts to pull failed, and the kubelet waits before the next one.',
    hint: 'Look for the first event of the pod: it has the reason.',
    link: 'https://kubernetes.io/docs/concepts/containers/images/#imagepullbackoff',
    isSymptom: true,
  },
];
