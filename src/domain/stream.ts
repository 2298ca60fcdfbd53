/** Names of streams: one per deployment, build, definition, replica, node, instance, user, permit, enroll, route, secret, config, and one per container that was run by hand. */
export type StreamKind =
  | 'deployment'
  | 'build'
  | 'definition'
  | 'replica'
  | 'node'
  | 'instance'
  | 'user'
  | 'permit'
  | 'enroll'
  | 'route'
  | 'secret'
  | 'config'
  | 'container';

/** `deployment/depl_x`. */
export function streamOf(kind: StreamKind, id: string): string {
  return `${kind}/${id}`;
}
