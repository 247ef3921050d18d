import type * as Testcontainers from 'testcontainers';
import { InfrastructureError } from '../core/errors.ts';
import type { Deadline } from '../core/deadline.ts';
import { createTurnstile } from '../core/turnstile.ts';
import type { DockerEngine } from './engine-port.ts';

export type Library = typeof Testcontainers;

interface TestcontainersOptions {
  readonly docker: DockerEngine;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly deadline: Deadline;
}

/**
 * Loads testcontainers and proves that it talks to the same engine as we do. The library finds its engine once per
 * process, from process.env and ~/.testcontainers.properties, and takes no parameter for it; so the variables are
 * set for the length of that search and put back afterwards. What it found is compared by the daemon's id, because
 * the properties file outranks DOCKER_HOST.
 *
 * @throws InfrastructureError ENGINE_MISMATCH
 */
export async function loadTestcontainers(options: TestcontainersOptions): Promise<Library> {
  const { docker, deadline } = options;
  const library = await oneSearch(() => search(options), deadline.signal);
  const client = await deadline.race(library.getContainerRuntimeClient());
  const theirs = await deadline.race(idOf(client.container.dockerode.info()));
  const ours = await docker.facts(deadline);
  if (theirs === ours.id) return library;
  throw new InfrastructureError(
    'ENGINE_MISMATCH',
    `testcontainers talks to another container engine (${theirs}) than podproof (${ours.id} at ${docker.endpoint}).`,
    { hint: 'Remove tc.host and docker.host from ~/.testcontainers.properties for this run.' },
  );
}

/** Two searches at once would put back each other's variables in the middle of the other one. */
const oneSearch = createTurnstile(1);

function search({ docker, env, deadline }: TestcontainersOptions): Promise<Library> {
  return withEnvironment(
    {
      ...env,
      DOCKER_HOST: docker.endpoint,
      TESTCONTAINERS_RYUK_DISABLED: 'true',
      TESTCONTAINERS_REUSE_ENABLE: 'false',
      // Otherwise it asks for the network "bridge" when we run in a container, and that need not exist.
      TESTCONTAINERS_HOST_OVERRIDE: '127.0.0.1',
    },
    async () => {
      const loaded = await import('testcontainers');
      await deadline.race(loaded.getContainerRuntimeClient(), () => 'testcontainers looking for the engine');
      return loaded;
    },
  );
}

async function idOf(info: Promise<unknown>): Promise<string> {
  const found = await info;
  return typeof found === 'object' && found !== null && 'ID' in found ? String(found.ID) : 'unknown';
}

async function withEnvironment<T>(
  wanted: Readonly<Record<string, string | undefined>>,
  work: () => Promise<T>,
): Promise<T> {
  // oxlint-disable-next-line node/no-process-env -- the library takes no parameter for its engine
  const ours = process.env;
  const before = Object.keys(wanted).map((name) => [name, ours[name]] as const);
  const set = (name: string, value: string | undefined): void => {
    // Assigning undefined would store the text "undefined".
    if (value === undefined) Reflect.deleteProperty(ours, name);
    else ours[name] = value;
  };
  for (const [name, value] of Object.entries(wanted)) set(name, value);
  try {
    return await work();
  } finally {
    for (const [name, value] of before) set(name, value);
  }
}
