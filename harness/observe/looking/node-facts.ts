import type { ClusterNode } from '../../core/cluster.ts';
import type { CommandRunner } from '../../core/command.ts';
import { CannotTell } from '../../core/under-test.ts';
import { capabilityNames } from '../../probes/capabilities.ts';
import { copiedIntoPrivileged, devicesOf, type Device } from '../../probes/devices.ts';
import { identityOf } from '../../probes/identity.ts';
import { interfacesOf } from '../../probes/interfaces.ts';
import { namespacesOf, type Namespaces } from './container-facts.ts';

/** The node itself, which everything in a container is compared with. */
export interface NodeFacts {
  readonly name: string;
  /** Of its PID 1. Never the init namespaces of the kernel: a node may be a container itself. */
  readonly namespaces: Namespaces;
  /** All that any process of the node can ever have. */
  readonly capabilities: readonly string[];
  readonly interfaces: readonly string[];
  /** Those that a runtime copies into a privileged container. */
  readonly devices: readonly Device[];
}

/**
 * Facts of each node, read when first asked for and then kept for the whole run: none of it depends on the pods,
 * except for the names of their interfaces on the node. Whoever asks must not wait longer than its own deadline; the
 * reading itself belongs to nobody.
 */
export function nodeFactsBook(): (node: ClusterNode) => Promise<NodeFacts> {
  const known = new Map<string, Promise<NodeFacts>>();
  return (node) => {
    const facts =
      known.get(node.name) ??
      readNode(node.name, node.runner).catch((error: unknown) => {
        // What failed once may work for the next pod.
        known.delete(node.name);
        throw error;
      });
    known.set(node.name, facts);
    return facts;
  };
}

async function readNode(name: string, runner: CommandRunner): Promise<NodeFacts> {
  const [namespaces, identity, interfaces, devices] = await Promise.all([
    namespacesOf(runner, [1]),
    identityOf(runner, 1),
    interfacesOf(runner),
    devicesOf(runner),
  ]);
  const own = namespaces.get(1);
  if (own === undefined) throw new CannotTell(`node ${name} does not show the namespaces of its PID 1`);
  return {
    name,
    namespaces: own,
    capabilities: capabilityNames(identity.capBnd),
    interfaces,
    devices: devices.filter(copiedIntoPrivileged),
  };
}
