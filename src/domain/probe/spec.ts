import { z } from 'zod';

/** How one question is put to a replica, and how often. Exactly one of `http`, `tcp` and `exec`. Absent fields: see `settled`. */
export const probeSpec = z.object({
  /** GET; a status from 200 to 399 passes. `port` is the container's own; its first where absent. */
  http: z.object({ path: z.string(), port: z.number().int().optional() }).optional(),
  /** A connection that is accepted and kept passes. */
  tcp: z.object({ port: z.number().int().optional() }).optional(),
  /** Run in the container; exit code 0 passes. */
  exec: z.object({ command: z.array(z.string()) }).optional(),
  periodSeconds: z.number().int().optional(),
  timeoutSeconds: z.number().int().optional(),
  failureThreshold: z.number().int().optional(),
  successThreshold: z.number().int().optional(),
});
export type ProbeSpec = z.infer<typeof probeSpec>;

export const PROBE_KINDS = ['start', 'ready', 'live'] as const;
export type ProbeKind = (typeof PROBE_KINDS)[number];

/** `start`: it has come up; until then the others do not count. `ready`: it may get traffic. `live`: it need not be replaced. */
export const probesSpec = z.object({
  start: probeSpec.optional(),
  ready: probeSpec.optional(),
  live: probeSpec.optional(),
});
export type ProbesSpec = z.infer<typeof probesSpec>;

/** The deployment's probe wins over the definition's, each kind by itself. Undefined where neither says any. */
export function mergeProbes(
  definition: ProbesSpec | undefined,
  deployment: ProbesSpec | undefined,
): ProbesSpec | undefined {
  const merged = { ...definition, ...deployment };
  return Object.keys(merged).length === 0 ? undefined : merged;
}
