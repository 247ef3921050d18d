import { relative } from 'node:path';
import type { KubeObject } from '../core/kube.ts';
import { mutatedObjects } from './mutants.ts';
import { podPartOf } from './pod-template.ts';
import type { Problem } from './problem.ts';
import type { LoadedScenario } from './types.ts';

/**
 * Host ports are one thing that units share: the pod of one would keep that of another from its node, and a mutant
 * could survive for that. So each number belongs to one scenario, and where several units of that scenario use it,
 * they take it under a lock.
 */
export function checkHostPorts(scenarios: readonly LoadedScenario[]): readonly Problem[] {
  const owners = new Map<number, string>();
  return scenarios.flatMap((scenario) => {
    const used = [scenario.objects, ...scenario.mutants.map((mutant) => mutated(scenario, mutant))].flatMap(
      (objects) => [...new Set(objects.flatMap(hostPortsOf))],
    );
    const messages = [...new Set(used)].flatMap((port) => {
      const owner = owners.get(port) ?? scenario.id;
      owners.set(port, owner);
      if (owner !== scenario.id)
        return [`hostPort ${String(port)} belongs to scenario ${owner}: take another one.`];
      const often = used.filter((other) => other === port).length > 1;
      return often && scenario.locks?.includes(`hostPort ${String(port)}`) !== true
        ? [`several units use hostPort ${String(port)}: locks must name it.`]
        : [];
    });
    return messages.map((message) => ({ file: relative(process.cwd(), scenario.folder), message }));
  });
}

function mutated(scenario: LoadedScenario, mutant: LoadedScenario['mutants'][number]): readonly KubeObject[] {
  return mutatedObjects(scenario, mutant, scenario.objects);
}

function hostPortsOf(object: KubeObject): readonly number[] {
  return (podPartOf(object)?.spec.containers ?? []).flatMap(({ ports }) =>
    Array.isArray(ports) ? ports.flatMap(({ hostPort }: { hostPort?: number }) => hostPort ?? []) : [],
  );
}
