import type Docker from 'dockerode';
import type { Deadline } from '../core/deadline.ts';
import { demultiplex } from './demultiplex.ts';
import { callEngine, statusOf } from './engine-error.ts';
import { checkedContainer } from './engine-names.ts';
import type { ContainerCalls, ContainerState, NameHold, PortBinding } from './engine-port.ts';
import { labelFilters } from './labels.ts';

export function containerCalls(api: Docker): ContainerCalls {
  const at = (container: string): Docker.Container => api.getContainer(checkedContainer(container));
  return {
    async list(labels, deadline) {
      const listed = await callEngine('list containers', deadline, () =>
        api.listContainers({ all: true, filters: labelFilters(labels), abortSignal: deadline.signal }),
      );
      return listed.map((container) => ({
        id: container.Id,
        name: (container.Names[0] ?? container.Id).replace(/^\//, ''),
        image: container.Image,
        labels: container.Labels,
        state: container.State,
      }));
    },
    async inspect(container, deadline) {
      try {
        const found = await callEngine(`inspect the container ${container}`, deadline, () =>
          at(container).inspect({ abortSignal: deadline.signal }),
        );
        return stateOf(found);
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw error;
      }
    },
    holdName: (hold, deadline) => holdName(api, hold, deadline),
    async remove(container, deadline) {
      try {
        await callEngine(`remove the container ${container}`, deadline, () =>
          at(container).remove({ force: true, v: true, abortSignal: deadline.signal }),
        );
      } catch (error) {
        // 404: gone. 409: somebody else's removal is in progress; listings show when it is done.
        const status = statusOf(error);
        if (status !== 404 && status !== 409) throw error;
      }
    },
    ...changes(at),
    async logTail(container, lines, deadline) {
      const raw = await callEngine(`read the log of ${container}`, deadline, () =>
        at(container).logs({
          stdout: true,
          stderr: true,
          follow: false,
          tail: lines,
          abortSignal: deadline.signal,
        }),
      );
      return textOf(raw);
    },
  };
}

/** What can be done to a container that runs. */
function changes(
  at: (container: string) => Docker.Container,
): Pick<ContainerCalls, 'limitTasks' | 'limitMemory' | 'pause' | 'resume'> {
  return {
    async limitTasks(container, most, deadline) {
      await callEngine(`limit the processes of ${container}`, deadline, () =>
        at(container).update({ PidsLimit: most, abortSignal: deadline.signal }),
      );
    },
    async limitMemory(container, bytes, deadline) {
      const limits = { Memory: bytes, MemorySwap: bytes };
      await callEngine(`limit the memory of ${container}`, deadline, () =>
        at(container).update({ ...limits, abortSignal: deadline.signal }),
      );
    },
    async pause(container, deadline) {
      await callEngine(`pause the container ${container}`, deadline, () =>
        at(container).pause({ abortSignal: deadline.signal }),
      );
    },
    async resume(container, deadline) {
      await callEngine(`resume the container ${container}`, deadline, () =>
        at(container).unpause({ abortSignal: deadline.signal }),
      );
    },
  };
}

async function holdName(
  api: Docker,
  { name, image, labels }: NameHold,
  deadline: Deadline,
): Promise<'held' | 'taken' | 'noImage'> {
  try {
    await callEngine(`create the container ${name}`, deadline, () =>
      api.createContainer({
        name,
        Image: image,
        Labels: { ...labels },
        // Never started; given because an image without a command is refused.
        Cmd: ['true'],
        HostConfig: { NetworkMode: 'none' },
        abortSignal: deadline.signal,
      }),
    );
    return 'held';
  } catch (error) {
    const status = statusOf(error);
    if (status === 409) return 'taken';
    if (status === 404) return 'noImage';
    throw error;
  }
}

/**
 * Reads an answer of `GET /containers/{id}/json`. Both the live and the configured bindings count: a container that
 * just exited has no live ones but gets the configured ones at its next start.
 */
export function stateOf(found: Docker.ContainerInspectInfo): ContainerState {
  const live = Object.entries(found.NetworkSettings.Ports ?? {});
  const configured = Object.entries(
    (found.HostConfig.PortBindings ?? {}) as typeof found.NetworkSettings.Ports,
  );
  return {
    id: found.Id,
    name: found.Name.replace(/^\//, ''),
    image: found.Config.Image,
    imageId: found.Image,
    labels: found.Config.Labels,
    state: found.State.Status,
    running: found.State.Running,
    paused: found.State.Paused,
    exitCode: found.State.ExitCode,
    restarts: found.RestartCount,
    startedAt: found.State.StartedAt,
    bindings: [...live, ...configured].flatMap(([port, hosts]) => bindingsOf(port, hosts)),
    addresses: Object.fromEntries(
      Object.entries(found.NetworkSettings.Networks).map(([name, network]) => [name, network.IPAddress]),
    ),
    volumes: found.Mounts.flatMap((mount) => (mount.Name === undefined ? [] : [mount.Name])),
    mounts: found.Mounts.map(({ Type, Source, Destination, RW }) => ({
      type: Type,
      source: Source,
      target: Destination,
      writable: RW,
    })),
  };
}

/** Docker says `null` for a port that is exposed but not published. */
function bindingsOf(
  containerPort: string,
  hosts: readonly { readonly HostIp: string; readonly HostPort: string }[] | null | undefined,
): readonly PortBinding[] {
  return (hosts ?? []).map(({ HostIp, HostPort }) => ({
    containerPort,
    hostAddress: HostIp,
    hostPort: HostPort,
  }));
}

/** A container with a terminal (kind's nodes have one) logs raw text, any other one frames of two streams. */
function textOf(raw: Buffer): string {
  const chunks: Buffer[] = [];
  const frames = demultiplex((_stream, chunk) => chunks.push(chunk));
  frames.write(raw);
  return frames.problem() === undefined ? Buffer.concat(chunks).toString('utf8') : raw.toString('utf8');
}
