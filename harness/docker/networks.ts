import type Docker from 'dockerode';
import { callEngine, statusOf } from './engine-error.ts';
import type { NetworkCalls } from './engine-port.ts';

export function networkCalls(api: Docker): NetworkCalls {
  return {
    async list(deadline) {
      const listed = await callEngine('list networks', deadline, () =>
        api.listNetworks({ abortSignal: deadline.signal }),
      );
      return listed.map((network) => ({ id: network.Id, name: network.Name }));
    },
    async inspect(name, deadline) {
      // By listing: inspecting a name would also match an id that starts with it.
      const found = (await this.list(deadline)).find((network) => network.name === name);
      if (found === undefined) return undefined;
      try {
        const network = await callEngine(`inspect the network ${name}`, deadline, () =>
          api.getNetwork(found.id).inspect(),
        );
        return {
          id: network.Id,
          name: network.Name,
          createdAt: network.Created,
          containers: Object.keys(network.Containers ?? {}),
          subnets: (network.IPAM?.Config ?? []).flatMap(({ Subnet }) =>
            Subnet === undefined ? [] : [Subnet],
          ),
        };
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw error;
      }
    },
    async create(name, labels, deadline) {
      await callEngine(`create the network ${name}`, deadline, () =>
        api.createNetwork({
          Name: name,
          Labels: { ...labels },
          Driver: 'bridge',
          // For IPv6 the daemon would change how the machine itself gets its routes.
          EnableIPv6: false,
          abortSignal: deadline.signal,
        }),
      );
    },
    async remove(id, deadline) {
      try {
        await callEngine(`remove the network ${id}`, deadline, () =>
          api.getNetwork(id).remove({ abortSignal: deadline.signal }),
        );
        return true;
      } catch (error) {
        const status = statusOf(error);
        if (status === 404) return true;
        // 403: the daemon says "has active endpoints".
        if (status === 403 || status === 409) return false;
        throw error;
      }
    },
  };
}
