/** Names of streams: one per deployment, definition, replica, node, instance, user, secret, config, one per container that was run by hand, and one for what was run in a replica's containers. */
export type StreamKind =
  | 'deployment'
  | 'definition'
  | 'replica'
  | 'node'
  | 'instance'
  | 'user'
  | 'secret'
  | 'config'
  | 'container'
  | 'exec';

/** `deployment/depl_x`. */
export function streamOf(kind: StreamKind, id: string): string {
  return `${kind}/${id}`;
}
