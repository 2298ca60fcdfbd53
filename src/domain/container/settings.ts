import { z } from 'zod';

/** A volume by its name, or a path of the node, and where the container finds it. */
export const volume = z.object({ source: z.string(), target: z.string(), readOnly: z.boolean().optional() });
export type Volume = z.infer<typeof volume>;

/** `bridge`, `host`, `none`, or the name of a network that the node has. */
export const network = z.object({ mode: z.string() });
export type Network = z.infer<typeof network>;

export const SECURITY_PROFILES = ['default', 'restricted'] as const;
export type SecurityProfile = (typeof SECURITY_PROFILES)[number];

/** `pidsLimit`: processes and threads at most. */
export const security = z.object({
  profile: z.enum(SECURITY_PROFILES).optional(),
  pidsLimit: z.number().int().optional(),
});
export type Security = z.infer<typeof security>;

/** What surrounds a container. Absent fields: no volumes, the bridge network, the default profile. */
export const containerSettings = {
  volumes: z.array(volume).optional(),
  network: network.optional(),
  security: security.optional(),
} as const;

export interface ContainerSettings {
  readonly volumes?: Volume[] | undefined;
  readonly network?: Network | undefined;
  readonly security?: Security | undefined;
}
