/** The one door for scenarios: everything a `*.scenario.ts` file may import. */
export { claim, defineScenario, variantClaim, workloadClaim } from './scenario/define.ts';
export { everyContainer } from './scenario/every-container.ts';
export { podOf, staticPod } from './scenario/existing.ts';
export type { Act, Claim, ExistingPod, Expectation, LineRange, Scenario } from './scenario/types.ts';
export { antiAffinityInstead, eachPort } from './scenario/mutations.ts';
export type { MutableObject, MutablePod, Mutant } from './scenario/mutant-types.ts';
export {
  CannotTell,
  type NodeUnderTest,
  type PodUnderTest,
  type Scene,
  type Stage,
  type VariantUnderTest,
  type WorkloadUnderTest,
} from './core/under-test.ts';
export { done, pending } from './core/poll.ts';
export type { KubeObject, ObjectEvent, Pod } from './core/kube.ts';

export { ask, read, type Question } from './probes/answer.ts';
export { beyondDefault, capabilityNames } from './probes/capabilities.ts';
export { confinementOf } from './probes/confinement.ts';
export { copiedIntoPrivileged, DEFAULT_DEVICES, deviceId, devicesOf, type Device } from './probes/devices.ts';
export { asksAsNode, dnsOf, type DnsView } from './probes/dns.ts';
export {
  httpFrom,
  isAnswerOf,
  isUnknownName,
  lostAmong,
  showAnswer,
  strangerAmong,
  type HttpAnswer,
} from './probes/http.ts';
export { httpFromLaptop, type LaptopAnswers } from './probes/from-laptop.ts';
export { httpManyFrom } from './probes/http-many.ts';
export type { HttpTarget } from './probes/http-target.ts';
export { identityOf, parseId, type IdOutput, type ProcessIdentity } from './probes/identity.ts';
export { interfacesOf, withoutFallbackTunnels } from './probes/interfaces.ts';
export { listeningPorts } from './probes/listeners.ts';
export { messageQueuesOf, withMessageQueue } from './probes/message-queues.ts';
export { namespaceOf, namespaceOfNode, sharedWithNode, type NamespaceKind } from './probes/namespaces.ts';
export { tryPacketRule } from './probes/packet-rules.ts';
export { containersOnNode, mainProcessOnNode, processesOnNode } from './probes/pod-processes.ts';
export { NO_FREE_PORT, podState, withoutPreemption, type PodState } from './probes/pod-state.ts';
export { commandLines, comparedWithNode, type ProcessLine } from './probes/processes.ts';
export { pushImage, type ImageToPush } from './probes/push-image.ts';
export { proxyMode } from './probes/proxy-mode.ts';
export { rolloutState, type RolloutState } from './probes/rollout-state.ts';
export { untilServing } from './probes/serving.ts';
export { seesSharedMemory } from './probes/shared-memory.ts';
export { showUdp, udpFromNode, type UdpAnswer } from './probes/udp.ts';
