import type { Deadline } from './deadline.ts';
import type { KubeObject } from './kube.ts';

/** An object that somebody else wrote: any kind, any version, and nobody knows whether it is right. */
export type ForeignObject = Readonly<Record<string, unknown>>;

/** What the API server says to an object. A refusal is an answer too. */
export type Submission =
  | {
      readonly kind: 'accepted';
      readonly object: KubeObject;
      /** `unknown field "spec.hostNetwrok"`, deprecations and the like, in the server's words. */
      readonly warnings: readonly string[];
    }
  | {
      readonly kind: 'refused';
      /** HTTP status: 400 unreadable, 403 admission, 404 no such kind, 409 exists, 413 too large, 422 invalid. */
      readonly status: number;
      readonly message: string;
      readonly warnings: readonly string[];
    };

/** Hands objects to the API server that may be wrong, and tells what it says. */
export interface ObjectSubmitter {
  /**
   * Creates the object, or with `dryRun` only asks: everything is checked, admission included, and nothing is stored.
   * Unknown fields are warnings, as `kubectl apply --validate=warn` has them; the server drops them.
   *
   * @throws InfrastructureError when the server gave no answer about the object; UsageError INVALID_NAME
   */
  submit(
    object: ForeignObject,
    options: { readonly namespace: string; readonly dryRun: boolean; readonly deadline: Deadline },
  ): Promise<Submission>;
}
