import { Deadline } from '../core/deadline.ts';

/** What the e2e driver made ready, handed over through the environment. */
export type E2eSetting =
  /** A private kubeconfig of a running cluster. */
  | 'PODPROOF_E2E_KUBECONFIG'
  /** The workload image, in the engine and in the nodes. */
  | 'PODPROOF_E2E_WORKLOAD'
  /** Endpoint of a container engine, `unix:///…`. */
  | 'PODPROOF_E2E_ENGINE'
  /** Path of the docker command line. */
  | 'PODPROOF_E2E_DOCKER_CLI'
  /** A node image that is in the engine. */
  | 'PODPROOF_E2E_NODE_IMAGE'
  /** The cache folder, for kind. */
  | 'PODPROOF_E2E_CACHE';

/** @throws Error when the driver did not set it */
export function e2eSetting(name: E2eSetting): string {
  // oxlint-disable-next-line node/no-process-env -- the driver made the things in another process
  const value = process.env[name];
  if (value === undefined || value === '') {
    throw new Error(`${name} is not set: these tests need real things, run them through the e2e driver.`);
  }
  return value;
}

export function within(seconds: number): Deadline {
  return Deadline.in(seconds * 1000, 'the test');
}
