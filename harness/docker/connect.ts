import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type Docker from 'dockerode';
import type { SessionRunner } from '../session/session-runner.ts';
import { containerSessions } from './container-sessions.ts';
import { containerCalls } from './containers.ts';
import { daemonFacts } from './daemon-facts.ts';
import { callEngine, statusOf } from './engine-error.ts';
import { connectionTo } from './endpoint.ts';
import type { DockerEngine, EngineFacts } from './engine-port.ts';
import { execTransport } from './exec-transport.ts';
import { imageCalls } from './images.ts';
import { networkCalls } from './networks.ts';

/**
 * Opens the engine's API. Nothing is sent yet: use `facts` to see whether it answers. dockerode is loaded here and
 * not at import, because it costs 100 ms that `podproof list` should not pay.
 *
 * @throws EnvironmentError ENGINE_ENDPOINT
 * @example const docker = await connectDocker({ endpoint: 'unix:///var/run/docker.sock', env: {} })
 */
export async function connectDocker(engine: {
  readonly endpoint: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}): Promise<DockerEngine> {
  const connection = await connectionTo(engine.endpoint, engine.env);
  const agent = connection.protocol === 'https' ? new HttpsAgent(keepAlive) : new HttpAgent(keepAlive);
  const { default: Dockerode } = await import('dockerode');
  // The types know neither `agent` nor fields that are present but undefined.
  const api = new Dockerode({ ...connection, agent } as Docker.DockerOptions);
  const transport = execTransport(api);
  const runners: SessionRunner[] = [];
  return {
    endpoint: engine.endpoint,
    facts: (deadline) => callEngine('describe itself', deadline, () => readFacts(api)),
    describe: async (deadline) =>
      daemonFacts(await callEngine('describe itself', deadline, () => readInfo(api))),
    containers: containerCalls(api),
    images: imageCalls(api),
    networks: networkCalls(api),
    async volumes(deadline, which = 'all') {
      const listed = await callEngine('list volumes', deadline, () =>
        api.listVolumes({
          ...(which === 'unused' ? { filters: { dangling: ['true'] } } : {}),
          abortSignal: deadline.signal,
        }),
      );
      return listed.Volumes.map((volume) => volume.Name);
    },
    async removeVolume(name, deadline) {
      try {
        await callEngine(`remove the volume ${name}`, deadline, () =>
          api.getVolume(name).remove({ abortSignal: deadline.signal }),
        );
        return true;
      } catch (error) {
        const status = statusOf(error);
        if (status === 404) return true;
        if (status === 409) return false;
        throw error;
      }
    },
    runner(container, where) {
      const runner = containerSessions({ container, where, transport });
      runners.push(runner);
      return runner;
    },
    close: () => {
      for (const runner of runners) runner.close();
      agent.destroy();
    },
  };
}

const keepAlive = { keepAlive: true };

async function readFacts(api: Docker): Promise<EngineFacts> {
  const info = await readInfo(api);
  const word = (key: string): string => {
    const found = info[key];
    return typeof found === 'string' ? found : 'unknown';
  };
  return {
    id: word('ID'),
    version: word('ServerVersion'),
    cgroupVersion: word('CgroupVersion'),
    kernel: word('KernelVersion'),
    architecture: word('Architecture'),
  };
}

/** `info` is untyped in @types/dockerode. */
async function readInfo(api: Docker): Promise<Readonly<Record<string, unknown>>> {
  return (await api.info()) as Readonly<Record<string, unknown>>;
}
