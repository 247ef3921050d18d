/** The one door for scenarios: everything a `*.scenario.ts` file may import. */
export { claim, defineScenario, variantClaim, workloadClaim } from './scenario/define.ts';
export { everyContainer } from './scenario/every-container.ts';
export type { Act, Claim, ExistingPod, Expectation, LineRange, Scenario } from './scenario/types.ts';
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
export type { Pod } from './core/kube.ts';

export { ask, read } from './probes/answer.ts';
export { capabilityNames } from './probes/capabilities.ts';
export { copiedIntoPrivileged, DEFAULT_DEVICES, deviceId, devicesOf, type Device } from './probes/devices.ts';
export { httpFrom, showAnswer, type HttpAnswer } from './probes/http.ts';
export type { HttpTarget } from './probes/http-target.ts';
export { identityOf, parseId, type IdOutput, type ProcessIdentity } from './probes/identity.ts';
export { interfacesOf } from './probes/interfaces.ts';
export { namespaceOf, namespaceOfNode, type NamespaceKind } from './probes/namespaces.ts';
export { containersOnNode, mainProcessOnNode, processesOnNode } from './probes/pod-processes.ts';
export { podState, type PodState } from './probes/pod-state.ts';
export { commandLines, type ProcessLine } from './probes/processes.ts';
export { pushImage, type ImageToPush } from './probes/push-image.ts';
