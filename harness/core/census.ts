import type { Deadline } from './deadline.ts';

/** An object of a cluster, reduced to what tells whether it is the same later. */
export interface CountedObject {
  /** For people: `ConfigMap default/settings`. */
  readonly title: string;
  /** Of the object's content; neither status nor what the API server counts by itself is part of it. */
  readonly digest: string;
  /** True when one of the marks that were asked for is somewhere in it. */
  readonly marked: boolean;
}

/** All objects of a cluster at one moment. */
export interface Census {
  /** By path of the kind and uid: `/apis/apps/v1/deployments 0f3c…`. */
  readonly objects: ReadonlyMap<string, CountedObject>;
  /** Paths of kinds, or of groups with all their kinds, that could not be listed, each with the reason after `: `. */
  readonly unlisted: readonly string[];
}

/** Lists everything a cluster has, whatever kinds it knows. */
export interface ObjectCensus {
  /**
   * Every kind that can be listed, namespaced or not, except events and leases, which come and go by themselves. Of
   * secrets only the metadata is asked for.
   *
   * @param marks texts that tell that an object is somebody's
   * @throws InfrastructureError when the API server does not say which kinds there are
   */
  census(marks: readonly string[], deadline: Deadline): Promise<Census>;
}
