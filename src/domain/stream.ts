/** Names of streams: one per deployment, definition, replica, node, instance, user, secret. */
export type StreamKind = 'deployment' | 'definition' | 'replica' | 'node' | 'instance' | 'user' | 'secret';

/** `deployment/depl_x`. */
export function streamOf(kind: StreamKind, id: string): string {
  return `${kind}/${id}`;
}
