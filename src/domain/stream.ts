/** Names of streams: one per deployment, build, definition, replica, node, instance, user, permit, enroll, route, secret, config, webhook, one per container that was run by hand, one for what was run in a replica's containers, and one per archive of the log. */
export const STREAM_KINDS = [
  'deployment',
  'build',
  'definition',
  'replica',
  'node',
  'instance',
  'user',
  'permit',
  'enroll',
  'route',
  'secret',
  'config',
  'container',
  'exec',
  'webhook',
  'archive',
] as const;
export type StreamKind = (typeof STREAM_KINDS)[number];

/** `deployment/depl_x`. */
export function streamOf(kind: StreamKind, id: string): string {
  return `${kind}/${id}`;
}
