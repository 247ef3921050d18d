/** On every namespace of a run on an attached cluster; the value is the name of the attachment. */
export const ATTACHMENT_LABEL = 'podproof.dev/attachment';

/** Where the pods are that look at the nodes. */
export function toolsNamespace(attachment: string): string {
  return `${attachment}-nodes`;
}

/** The container that looks, in a pod in which a cluster may put others beside it. */
export const LOOKER = 'look';

/**
 * Texts that tell that an object of the cluster is ours: our labels, our name as the manager of a field, our
 * namespaces.
 *
 * @param namespaces those of the run, whose names are not derived from the attachment
 */
export function marksOf(attachment: string, namespaces: readonly string[] = []): readonly string[] {
  return ['podproof.dev/', '"manager":"podproof"', attachment, ...namespaces];
}
