/** Names of streams: one per deployment, definition, replica, node, instance, user, config. */
export type StreamKind = 'deployment' | 'definition' | 'replica' | 'node' | 'instance' | 'user' | 'config';

/** `deployment/depl_x`. */
export function streamOf(kind: StreamKind, id: string): string {
  return `${kind}/${id}`;
}
