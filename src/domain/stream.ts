/** Names of streams: one per deployment, definition, replica, node, instance, user. */
export type StreamKind = 'deployment' | 'definition' | 'replica' | 'node' | 'instance' | 'user';

/** `deployment/depl_x`. */
export function streamOf(kind: StreamKind, id: string): string {
  return `${kind}/${id}`;
}
