import { edited, inMetadata, inSpec, manifest } from './manifest-case.ts';
import type { Malformed } from './malformed.ts';

const withVolume = (path: string): string => inSpec(`volumes: [{ name: node, hostPath: { path: ${path} } }]`);
const LABEL_HINT = 'Lower-case letters, digits and dashes, at most 63.';

/** Y22 to Y25: what no scenario may create. */
export const RULES: readonly Malformed[] = [
  manifest(
    'Y22',
    'another image',
    edited('localhost/podproof/workload:v1', 'alpine:latest'),
    '9:7  spec.containers.0.image must be localhost/podproof/workload:v1, which is on every node, or localhost:5001/podproof/NAME, which its scenario pushes, not "alpine:latest".',
  ),
  manifest(
    'Y22',
    'another image in an init container',
    inSpec('initContainers: [{ name: first, image: alpine }]'),
    '7:35  spec.initContainers.0.image must be localhost/podproof/workload:v1, which is on every node, or localhost:5001/podproof/NAME, which its scenario pushes, not "alpine".',
  ),
  manifest(
    'Y23',
    'a kind that reaches beyond its namespace',
    edited('kind: Pod', 'kind: ClusterRole'),
    '2:1  kind "ClusterRole" is not allowed in a scenario. Allowed: Pod, Service, ConfigMap, Deployment, DaemonSet.',
  ),
  manifest(
    'Y23',
    'a folder of the node, not declared',
    withVolume('/etc'),
    "7:39  uses hostPath /etc without saying so. Add `requires: { hostPath: { '/etc': 'why' } }` to the scenario.",
  ),
  manifest(
    'Y23',
    'the socket of Docker',
    withVolume('/var/run/docker.sock'),
    '7:39  spec.volumes.0.hostPath.path "/var/run/docker.sock" leads to the socket of a container runtime, which no scenario may have.',
  ),
  manifest(
    'Y23',
    'a folder above such a socket',
    withVolume('/run'),
    '7:39  spec.volumes.0.hostPath.path "/run" leads to the socket of a container runtime, which no scenario may have.',
  ),
  manifest(
    'Y23',
    'a way around with dots',
    withVolume('/etc/../run'),
    '7:39  spec.volumes.0.hostPath.path must be an absolute path without ., .. and a slash at its end, not "/etc/../run".',
  ),
  manifest(
    'Y23',
    'a finalizer, which would stay for ever',
    inMetadata('  finalizers: [example.org/never]'),
    '5:3  metadata.finalizers is not for a manifest: only name, labels, annotations are. Remove the line.',
  ),
  manifest(
    'Y24',
    'privileged, not declared',
    edited('[sleep, infinity]\n', '[sleep, infinity]\n      securityContext: { privileged: true }\n'),
    "11:26  uses privileged without saying so. Add `requires: { privileged: 'why' }` to the scenario.",
  ),
  ...['--kubeconfig=x', '-it', '$(id)', '../../x', 'a b', 'A', 'ü', 'x'.repeat(64)].map((name) =>
    manifest(
      'Y25',
      `the name ${name.slice(0, 20)}`,
      edited('pod-hn', JSON.stringify(name)),
      `4:3  metadata.name must be a DNS-1123 label, not "${name.slice(0, 59)}${name.length > 58 ? '…' : '"'}. ${LABEL_HINT}`,
    ),
  ),
  manifest(
    'Y25',
    'a flag as the name of a container',
    edited('name: main', 'name: --privileged'),
    `8:7  spec.containers.0.name must be a DNS-1123 label, not "--privileged". ${LABEL_HINT}`,
  ),
  manifest(
    'Y25',
    'a namespace of its own',
    inMetadata('  namespace: default'),
    '5:3  metadata.namespace is chosen by podproof for each run. Remove the line.',
  ),
  manifest(
    'Y25',
    'a pod without a container',
    'apiVersion: v1\nkind: Pod\nmetadata:\n  name: pod-hn\nspec: {}\n',
    '5:1  spec needs a container.',
  ),
];
