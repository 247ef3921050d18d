import type { KnownError } from './known-error.ts';

const SOURCE = 'https://github.com/kubernetes/minikube/blob/master/pkg';

/** What minikube itself says, docker driver. */
export const MINIKUBE_ERRORS: readonly KnownError[] = [
  {
    id: 'MINIKUBE_BASE_IMAGE_UNFIT',
    pattern: /preparing volume for \S+ container: docker run .*-preload-sidecar /,
    sample:
      'error provisioning guest: Failed to start host: recreate: creating host: create: creating: setting up container node: preparing volume for podproof-0a0b03 container: docker run --rm --name podproof-0a0b03-preload-sidecar --label created_by.minikube.sigs.k8s.io=true --label name.minikube.sigs.k8s.io=podproof-0a0b03 --entrypoint /usr/bin/test -v podproof-0a0b03:/var localhost/podproof/workload:v1 -d /var/lib: exit status 1',
    cause: 'The image is no base image of minikube: its first container, which looks for /var/lib, failed.',
    hint: 'Choose another image with --image, or leave it out: podproof then finds or builds one.',
    link: `${SOURCE}/drivers/kic/oci/volumes.go`,
    isSymptom: true,
  },
  {
    id: 'MINIKUBE_NO_FREE_SUBNET',
    pattern: /no free private network subnets found with given parameters/,
    sample:
      'un-retryable: no free private network subnets found with given parameters (start: "192.168.49.0", step: 9, tries: 20)',
    cause: 'minikube tries 20 networks from 192.168.49.0/24 on; every one of them is in use on this machine.',
    hint: '`docker network prune` and `npm run clean`, then run again.',
    link: `${SOURCE}/network/network.go`,
  },
];
